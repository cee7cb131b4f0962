import { readFileSync, writeSync } from 'node:fs'
import { startServer } from './agent-server'
import { hardenAgent } from './harden'
import { startThreadPool } from './thread-pool'

/**
 * The agent: one per sandbox, pid 1 of it. `sandlot-agent --socket <path>`; the secret comes on standard input, which
 * keeps it out of the environment and the command line that everything inside could read.
 */
function main(args: string[]): void {
  const socketPath = args[0] === '--socket' ? args[1] : undefined
  if (socketPath === undefined)
    exitWith('Usage: sandlot-agent --socket <path>, with the secret on standard input.')
  outliveSignals()
  startThreadPool()
  hardenAgent()
  // In a sandbox made in advance the wait is here: all that can be done without the secret is done.
  const secret = readFileSync(0, 'utf8').trim()
  if (secret === '') exitWith('The agent needs its secret as one line on standard input.')
  startServer(socketPath, secret)
  writeSync(1, 'ready\n')
}

/** The agent ends with its sandbox and not before: neither by a signal from inside nor by a defect of its own. */
function outliveSignals(): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
}

function report(thrown: unknown): void {
  try {
    process.stderr.write(`sandlot-agent: ${thrown instanceof Error ? thrown.stack : String(thrown)}\n`)
  } catch {
    // Nobody listens on standard error any more: there is nowhere left to say it.
  }
}

function exitWith(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(2)
}

main(process.argv.slice(2))

import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { inBuild, root } from './paths.mjs'
import { StepError } from './step-error.mjs'

/** Enough of a failed command's output to see why, little enough to read. */
const TAIL_LINES = 25
const TAIL_BYTES = 64 * 1024
/** No step of a setup takes longer on any machine that Sandlot can be used on. */
const DEFAULT_TIMEOUT_MS = 15 * 60_000

/**
 * Runs a command without a terminal, its output in `.build/logs/<name>.log`; rejects with the end of it when the command
 * fails. Nothing can ask a question: standard input is empty.
 */
export async function runCommand(name, command, args, { env, timeoutMs = DEFAULT_TIMEOUT_MS, remedy } = {}) {
  mkdirSync(inBuild('logs'), { recursive: true })
  const logFile = inBuild('logs', `${name}.log`)
  const { code, tail } = await spawnLogged(command, args, logFile, {
    env: { ...process.env, ...env },
    timeoutMs,
  })
  if (code === 0) return tail
  const lines = tail.trimEnd().split('\n').slice(-TAIL_LINES)
  throw new StepError(
    [
      `${name} failed (${code}). The end of ${logFile}:`,
      '',
      ...lines.map((line) => `  ${line}`),
      ...(remedy ? ['', remedy] : []),
    ].join('\n'),
  )
}

function spawnLogged(command, args, logFile, { env, timeoutMs }) {
  return new Promise((resolve) => {
    const log = createWriteStream(logFile)
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    })
    let tail = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        log.write(chunk)
        tail = (tail + chunk).slice(-TAIL_BYTES)
      })
    }
    child.on('error', (error) => resolve({ code: error.message, tail }))
    child.on('close', (code, signal) => {
      log.end()
      resolve({
        code: code ?? (signal === 'SIGKILL' ? `ended after ${Math.round(timeoutMs / 1000)} s` : signal),
        tail,
      })
    })
  })
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync } from 'node:fs'
import { inBuild, root } from './paths.mjs'
import { StepError } from './step-error.mjs'

/** Enough of a failed command's output to see why, little enough to read. */
const TAIL_LINES = 25
const TAIL_BYTES = 64 * 1024
/** No step of a setup takes longer on any machine that Sandlot can be used on. */
const DEFAULT_TIMEOUT_MS = 15 * 60_000
/** What has not ended by then after a signal does not mean to. */
const END_TIMEOUT_MS = 5_000

const running = new Set()
let isEnding = false

/**
 * Runs a command without a terminal, its output in `.build/logs/<name>.log`; rejects with the end of it when the command
 * fails. Nothing can ask a question: standard input is empty.
 */
export async function runCommand(name, command, args, { env, timeoutMs = DEFAULT_TIMEOUT_MS, remedy } = {}) {
  mkdirSync(inBuild('logs'), { recursive: true })
  const logFile = inBuild('logs', `${name}.log`)
  if (isEnding) return unheard()
  const { code, tail } = await spawnLogged(command, args, logFile, {
    env: { ...process.env, ...env },
    timeoutMs,
  })
  if (isEnding) return unheard()
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

/** Passes a signal on to every command that runs, waits until they have ended, and lets no other begin. The process ends next. */
export async function endCommands(signal) {
  isEnding = true
  const children = [...running]
  const closed = children.map((child) => once(child, 'close'))
  for (const child of children) child.kill(signal)
  const timer = setTimeout(() => {
    for (const child of children) child.kill('SIGKILL')
  }, END_TIMEOUT_MS)
  await Promise.allSettled(closed)
  clearTimeout(timer)
}

/** A command that was ended has not failed: nothing should be tried in its place. */
function unheard() {
  return new Promise(() => undefined)
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
    running.add(child)
    let tail = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        log.write(chunk)
        tail = (tail + chunk).slice(-TAIL_BYTES)
      })
    }
    child.on('error', (error) => resolve({ code: error.message, tail }))
    child.on('close', (code, signal) => {
      running.delete(child)
      log.end()
      resolve({
        code: code ?? (signal === 'SIGKILL' ? `ended after ${Math.round(timeoutMs / 1000)} s` : signal),
        tail,
      })
    })
  })
}

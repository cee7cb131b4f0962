import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const SCRIPT = fileURLToPath(new URL('raw-pty.py', import.meta.url))

/** Milliseconds from key to echo on a PTY of this machine, with no sandbox and no network. */
export async function rawEchoTimes(count: number): Promise<number[]> {
  const { stdout } = await run('python3', [SCRIPT, 'echo', String(count)])
  return JSON.parse(stdout) as number[]
}

/** Megabytes a second out of a PTY of this machine. */
export async function rawThroughput(sizeBytes: number): Promise<number> {
  const { stdout } = await run('python3', [SCRIPT, 'throughput', String(sizeBytes)])
  return JSON.parse(stdout) as number
}

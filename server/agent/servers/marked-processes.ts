import { closeSync, openSync, readdirSync, readSync } from 'node:fs'

/** In the environment of all that a server starts: what forks away from its group is found by it. */
export const MARK = 'SANDLOT_SERVER_RUN'
/** Of an environment, where the mark is looked for. */
const MAX_ENVIRONMENT_BYTES = 128 * 1024

/** The processes that carry this mark, which they inherit from each other; none that has ended. */
export function markedProcesses(mark: string): number[] {
  const pids = pidsIn('/proc').filter((pid) => pid !== process.pid)
  return pids.filter((pid) => markOf(pid) === mark)
}

/** `undefined` where it has none, or none that may be read. */
export function markOf(pid: number): string | undefined {
  const text = readEnvironment(pid)
  const start = text.startsWith(`${MARK}=`) ? 0 : text.indexOf(`\0${MARK}=`) + 1
  if (start === 0 && !text.startsWith(`${MARK}=`)) return undefined
  const end = text.indexOf('\0', start)
  return text.slice(start + MARK.length + 1, end < 0 ? undefined : end)
}

function pidsIn(directory: string): number[] {
  try {
    return readdirSync(directory)
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

function readEnvironment(pid: number): string {
  try {
    const fd = openSync(`/proc/${pid}/environ`, 'r')
    try {
      const bytes = Buffer.allocUnsafe(MAX_ENVIRONMENT_BYTES)
      let length = 0
      // The kernel gives a page at a time.
      for (;;) {
        const read = readSync(fd, bytes, length, bytes.length - length, null)
        length += read
        if (read === 0 || length === bytes.length) break
      }
      return bytes.toString('latin1', 0, length)
    } finally {
      closeSync(fd)
    }
  } catch {
    return ''
  }
}

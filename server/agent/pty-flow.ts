import { readFileSync } from 'node:fs'
import { libc } from './libc'
import { parseProcStat } from './proc-stat'

const O_RDWR_NOCTTY_NONBLOCK_CLOEXEC = 0o2 | 0o400 | 0o4000 | 0o2000000
const TCOOFF = 0
const TCOON = 1
/** Of the device numbers of /dev/pts, see proc(5) and the kernel's devices.txt. */
const FIRST_PTS_MAJOR = 136

/**
 * Stops and starts the output of the PTY that a process has for its terminal: who writes to it waits meanwhile, as at
 * Ctrl-S. Bun.Terminal can be read but not paused, so this is how a program is held to the pace of who looks on.
 */
export class PtyFlow {
  readonly #pid: number
  #isStopped = false

  constructor(pid: number) {
    this.#pid = pid
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  stop(): void {
    this.#isStopped = this.#set(TCOOFF)
  }

  start(): void {
    if (this.#isStopped) this.#set(TCOON)
    this.#isStopped = false
  }

  /** The device is open only for this moment: held, it would keep the PTY from ending with its program. */
  #set(action: number): boolean {
    const path = this.#devicePath()
    if (path === undefined) return false
    const fd = libc().open(Buffer.from(`${path}\0`), O_RDWR_NOCTTY_NONBLOCK_CLOEXEC)
    if (fd < 0) return false
    const result = libc().tcflow(fd, action)
    libc().close(fd)
    return result === 0
  }

  #devicePath(): string | undefined {
    try {
      const device = parseProcStat(readFileSync(`/proc/${this.#pid}/stat`, 'utf8'))?.terminalDevice ?? 0
      const major = (device >> 8) & 0xfff
      const minor = (device & 0xff) | ((device >> 12) & 0xfff00)
      return major < FIRST_PTS_MAJOR ? undefined : `/dev/pts/${(major - FIRST_PTS_MAJOR) * 2 ** 20 + minor}`
    } catch {
      return undefined
    }
  }
}

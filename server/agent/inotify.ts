import { SandboxError } from '@/lib/errors'
import { libc } from './libc'

export const IN_MODIFY = 0x2
export const IN_MOVED_FROM = 0x40
export const IN_MOVED_TO = 0x80
export const IN_CREATE = 0x100
export const IN_DELETE = 0x200
export const IN_DELETE_SELF = 0x400
export const IN_MOVE_SELF = 0x800
export const IN_Q_OVERFLOW = 0x4000
export const IN_ISDIR = 0x40000000
const IN_ONLYDIR = 0x01000000
const IN_EXCL_UNLINK = 0x04000000
const MASK =
  IN_MODIFY |
  IN_MOVED_FROM |
  IN_MOVED_TO |
  IN_CREATE |
  IN_DELETE |
  IN_DELETE_SELF |
  IN_MOVE_SELF |
  IN_ONLYDIR |
  IN_EXCL_UNLINK

const O_NONBLOCK = 0o4000
const O_ASYNC = 0o20000
const O_CLOEXEC = 0o2000000
const F_SETFL = 4
const F_SETOWN = 8
/** wd, mask, cookie and length of the name that follows. */
const HEADER_BYTES = 16
const BUFFER_BYTES = 64 * 1024

export interface InotifyEvent {
  watch: number
  mask: number
  name: string
}

/**
 * Linux's own file watching. Bun cannot wait for such a descriptor, so the kernel is asked to raise SIGIO when there is
 * something to read: no thread that waits, no timer that looks.
 */
export class Inotify {
  readonly #fd: number
  readonly #onEvent: (event: InotifyEvent) => void
  #isClosed = false

  constructor(onEvent: (event: InotifyEvent) => void) {
    this.#onEvent = onEvent
    this.#fd = libc().inotify_init1(O_NONBLOCK | O_CLOEXEC)
    if (this.#fd < 0) {
      throw new SandboxError('unavailable', 'The machine has no file watch left for this sandbox. Close one.')
    }
    readers.add(this.drain)
    if (readers.size === 1) process.on('SIGIO', readAll)
    libc().fcntl(this.#fd, F_SETOWN, process.pid)
    libc().fcntl(this.#fd, F_SETFL, O_NONBLOCK | O_ASYNC)
  }

  /** The number of the watch, or `undefined` where the directory is gone, unreadable or one too many. */
  add(path: string): number | undefined {
    const watch = libc().inotify_add_watch(this.#fd, Buffer.from(`${path}\0`), MASK)
    return watch < 0 ? undefined : watch
  }

  remove(watch: number): void {
    libc().inotify_rm_watch(this.#fd, watch)
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    readers.delete(this.drain)
    if (readers.size === 0) process.off('SIGIO', readAll)
    libc().close(this.#fd)
  }

  /** Reads all that is there now. */
  readonly drain = (): void => {
    while (!this.#isClosed) {
      const length = Number(libc().read(this.#fd, buffer, BUFFER_BYTES))
      if (length <= 0) return
      this.#parse(length)
    }
  }

  #parse(length: number): void {
    for (let at = 0; at + HEADER_BYTES <= length && !this.#isClosed; ) {
      const nameLength = buffer.readUInt32LE(at + 12)
      const nameStart = at + HEADER_BYTES
      const end = nameStart + nameLength
      const nul = buffer.indexOf(0, nameStart)
      const name =
        nameLength === 0 ? '' : buffer.toString('utf8', nameStart, Math.min(nul < 0 ? end : nul, end))
      this.#onEvent({ watch: buffer.readInt32LE(at), mask: buffer.readUInt32LE(at + 4), name })
      at = end
    }
  }
}

const buffer = Buffer.alloc(BUFFER_BYTES)
const readers = new Set<() => void>()

function readAll(): void {
  for (const read of readers) read()
}

import { TERMINAL_LOG_BYTES, type TerminalBody, type TerminalInfo } from '@/server/agent-contract'
import { workingDirectory } from './configuration'
import { PtyFlow } from './pty-flow'
import { TerminalLog } from './terminal-log'
import { TerminalPace } from './terminal-pace'
import { defaultShell, exitCodeOf, shellCommand, signalGroup, startUserProcess } from './user-process'
import { nearestWorkDirectory } from './work-directory'

const DEFAULT_SIZE = { cols: 80, rows: 24 }
const MAX_SIZE = 1000
/**
 * The first few pieces of output in so long go out at once, as the echo of a key must; what follows is gathered, up to a
 * frame's worth. In a flood, where one such time follows another, all is: each small frame costs everyone on its way.
 */
const GATHER_MS = 2
const PIECES_AT_ONCE = 6
const GATHER_BYTES = 64 * 1024
/** Within that time: far more than what anyone could have asked to see. */
const FLOOD_BYTES = 32 * 1024
/** Between the end of the program and the last of its output. */
const LAST_OUTPUT_MS = 1_000
/** For shells to save their history. */
const HANG_UP_GRACE_MS = 1_000
/** Input that the program has not read: more than a large paste, less than would hurt the agent. */
const MAX_UNREAD_INPUT_BYTES = 8 * 1024 * 1024
const GONE = 4410

export type Role = 'writer' | 'reader'

/** Who looks on: told when there is something to send, when its role changes, and when it is over. */
interface Viewer {
  /** All before this offset has been sent to it. */
  readonly sentOffset: number
  pump(): void
  setRole(role: Role): void
  end(code: number, reason: string): void
}

/** One PTY and the program on it. */
export class Terminal {
  readonly id: string
  readonly log: TerminalLog
  readonly ended: Promise<void>
  readonly #title: string
  readonly #createdAtMs = Date.now()
  readonly #child: Bun.Subprocess
  readonly #pty: Bun.Terminal
  readonly #viewers = new Set<Viewer>()
  readonly #pace: TerminalPace
  #writer: Viewer | undefined
  #cols: number
  #rows: number
  #exitCode: number | null = null
  #unreadInputBytes = 0
  #gatherTimer: ReturnType<typeof setTimeout> | undefined
  #windowStart = 0
  #piecesInWindow = 0
  #bytesInWindow = 0
  #isFlood = false
  #sentOffset = 0
  #followerOffset: number | undefined
  readonly #encoding: 'raw' | 'base64' | undefined

  constructor(id: string, body: TerminalBody) {
    this.id = id
    this.#encoding = body.encoding
    this.#cols = clampSize(body.cols ?? DEFAULT_SIZE.cols)
    this.#rows = clampSize(body.rows ?? DEFAULT_SIZE.rows)
    this.log = new TerminalLog(TERMINAL_LOG_BYTES, { cols: this.#cols, rows: this.#rows })
    const shell = body.shell ?? defaultShell()
    const argv = body.command === undefined ? [shell, '-l'] : shellCommand(body.command, shell)
    this.#title = body.title ?? body.command ?? (shell.split('/').at(-1) || shell)
    const lastOutput = Promise.withResolvers<void>()
    const environment = { TERM: 'xterm-256color', COLORTERM: 'truecolor', ...body.environment }
    const child = startUserProcess(
      { argv, cwd: body.cwd ?? this.#startingPlace(), environment },
      {
        terminal: {
          cols: this.#cols,
          rows: this.#rows,
          data: (_pty, bytes) => this.#take(bytes),
          drain: () => {
            this.#unreadInputBytes = 0
          },
          exit: () => lastOutput.resolve(),
        },
      },
    )
    this.#child = child
    this.#pty = child.terminal as Bun.Terminal
    this.#pace = new TerminalPace(new PtyFlow(child.pid))
    this.ended = this.#end(lastOutput.promise)
  }

  get pid(): number {
    return this.#child.pid
  }

  get exitCode(): number | null {
    return this.#exitCode
  }

  get viewerCount(): number {
    return this.#viewers.size
  }

  info(): TerminalInfo {
    return {
      id: this.id,
      pid: this.pid,
      title: this.#title,
      status: this.#exitCode === null ? 'running' : 'exited',
      exitCode: this.#exitCode,
      cols: this.#cols,
      rows: this.#rows,
      createdAtMs: this.#createdAtMs,
      endOffset: this.log.endOffset,
      startOffset: this.log.startOffset,
      viewers: this.#viewers.size,
      ...(this.#encoding && { encoding: this.#encoding }),
    }
  }

  /** What followers have acknowledged; `undefined` while there has been none. */
  get followerOffset(): number | undefined {
    return this.#followerOffset
  }

  followed(offset: number): void {
    this.#followerOffset = Math.max(this.#followerOffset ?? 0, offset)
  }

  /** False where nobody reads it: the program has ended, or has left too much unread. */
  input(bytes: Uint8Array): boolean {
    if (this.#exitCode !== null || this.#pty.closed) return false
    if (this.#unreadInputBytes + bytes.length > MAX_UNREAD_INPUT_BYTES) return false
    this.#unreadInputBytes += bytes.length
    this.#pty.write(bytes as Uint8Array<ArrayBuffer>)
    return true
  }

  resize(cols: number, rows: number): void {
    const [newCols, newRows] = [clampSize(cols), clampSize(rows)]
    if (newCols === this.#cols && newRows === this.#rows) return
    this.#cols = newCols
    this.#rows = newRows
    if (!this.#pty.closed) this.#pty.resize(newCols, newRows)
    this.log.resize(newCols, newRows)
    this.#flush()
  }

  addViewer(viewer: Viewer): void {
    this.#viewers.add(viewer)
  }

  removeViewer(viewer: Viewer): void {
    this.#viewers.delete(viewer)
    if (this.#writer === viewer) this.#writer = undefined
    this.keepPace()
  }

  isWriter(viewer: Viewer): boolean {
    return this.#writer === viewer
  }

  setWriter(viewer: Viewer): void {
    const before = this.#writer
    this.#writer = viewer
    if (before !== viewer) before?.setRole('reader')
    viewer.setRole('writer')
  }

  /** After a viewer has taken more. */
  keepPace(): void {
    if (this.#exitCode !== null) return
    let foremost: number | undefined
    for (const { sentOffset } of this.#viewers) foremost = Math.max(foremost ?? 0, sentOffset)
    this.#pace.update(this.log.endOffset, foremost)
  }

  /** SIGHUP, as when a window is closed; then SIGKILL to what stayed. Resolves when the program is gone. */
  async close(): Promise<void> {
    if (this.#exitCode === null) {
      signalGroup(this.pid, 'SIGHUP')
      signalGroup(this.pid, 'SIGCONT')
      const kill = setTimeout(() => signalGroup(this.pid, 'SIGKILL'), HANG_UP_GRACE_MS)
      await this.ended
      clearTimeout(kill)
      signalGroup(this.pid, 'SIGKILL')
    }
    for (const viewer of this.#viewers) viewer.end(GONE, 'This terminal was closed.')
  }

  /** Also without the directory that the sandbox is set to, which `rm -rf` has been known to take; then it is said so. */
  #startingPlace(): string {
    const [wanted, found] = [workingDirectory(), nearestWorkDirectory()]
    if (found !== wanted) {
      this.log.append(
        Buffer.from(`${wanted} cannot be entered. This terminal starts in ${found} instead.\r\n`),
      )
    }
    return found
  }

  #take(bytes: Uint8Array): void {
    this.log.append(bytes)
    if (this.#viewers.size === 0) return
    const now = performance.now()
    if (now - this.#windowStart >= GATHER_MS) {
      this.#isFlood = now - this.#windowStart < 2 * GATHER_MS && this.#bytesInWindow >= FLOOD_BYTES
      this.#windowStart = now
      this.#piecesInWindow = 0
      this.#bytesInWindow = 0
    }
    this.#bytesInWindow += bytes.length
    const isFull = this.log.endOffset - this.#sentOffset >= GATHER_BYTES
    const isEarly = !this.#isFlood && ++this.#piecesInWindow <= PIECES_AT_ONCE
    if (isFull || isEarly) this.#flush()
    else this.#gatherTimer ??= setTimeout(() => this.#flush(), GATHER_MS)
    this.keepPace()
  }

  #flush(): void {
    clearTimeout(this.#gatherTimer)
    this.#gatherTimer = undefined
    this.#sentOffset = this.log.endOffset
    for (const viewer of this.#viewers) viewer.pump()
  }

  /** `exit` of a Bun.Terminal tells of the PTY, not of the program: the exit code is the child's. */
  async #end(lastOutput: Promise<void>): Promise<void> {
    await this.#child.exited
    this.#pace.end()
    await Promise.race([lastOutput, Bun.sleep(LAST_OUTPUT_MS)])
    this.#exitCode = exitCodeOf(this.#child)
    this.#pty.close()
    this.#flush()
  }
}

function clampSize(size: number): number {
  return Math.min(Math.max(Math.trunc(size), 1), MAX_SIZE)
}

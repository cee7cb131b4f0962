import {
  STREAM_WINDOW_BYTES,
  TerminalClientMessage,
  type TerminalServerMessage,
} from '@/server/agent-contract'
import { parseJson } from './json-body'
import type { Socket, SocketHandler } from './router'
import { SocketFlow } from './socket-flow'
import type { Role, Terminal } from './terminal'

/** One frame of output: large enough to be cheap, small enough that a key's echo does not wait behind it. */
const FRAME_BYTES = 64 * 1024
/** Longest control message; the longest there is has 60 characters. */
const MAX_CONTROL_CHARS = 1024
const UNREADABLE = 4400
const FINISHED = 1000

/** Where a viewer begins: with all that is kept, near the end, or where the last follower stopped. */
export type ViewerStart = 'start' | 'tail' | 'follower'

interface TerminalViewerOptions {
  offset: number | undefined
  from: ViewerStart
  role: Role
  isLocked: boolean
}

/** One WebSocket on a terminal, with its own place in the log and its own window. */
export class TerminalViewer implements SocketHandler {
  readonly #terminal: Terminal
  readonly #askedOffset: number | undefined
  readonly #from: ViewerStart
  /** A viewer that may only ever look on. */
  readonly #isLocked: boolean
  #role: Role
  #flow: SocketFlow | undefined
  #cursor = 0
  #acknowledged = 0
  #sizeSequence = 0
  #isDone = false

  constructor(terminal: Terminal, options: TerminalViewerOptions) {
    this.#terminal = terminal
    this.#askedOffset = options.offset
    this.#from = options.from
    this.#isLocked = options.isLocked
    this.#role = options.isLocked ? 'reader' : options.role
  }

  get sentOffset(): number {
    return this.#cursor
  }

  open(socket: Socket): void {
    this.#flow = new SocketFlow(socket)
    const { log } = this.#terminal
    this.#cursor = this.#firstOffset()
    this.#acknowledged = this.#cursor
    const { cols, rows, sequence } = log.sizeAt(this.#cursor)
    this.#sizeSequence = sequence
    const modes = log.modesAt(this.#cursor)
    this.#say({
      type: 'start',
      offset: this.#cursor,
      endOffset: log.endOffset,
      cols,
      rows,
      role: this.#role,
      modes: modes.restore(),
      isAlternateScreen: modes.isAlternateScreen,
    })
    this.#terminal.addViewer(this)
    if (this.#role === 'writer') this.#terminal.setWriter(this)
    this.pump()
  }

  message(_socket: Socket, message: string | Uint8Array): void {
    if (typeof message !== 'string') {
      if (this.#terminal.isWriter(this)) this.#terminal.input(message)
      return
    }
    const control = this.#parse(message)
    if (control) this.#control(control)
  }

  drain(): void {
    this.#flow?.drained()
    this.pump()
    this.#terminal.keepPace()
  }

  close(): void {
    this.#flow = undefined
    this.#terminal.removeViewer(this)
  }

  end(code: number, reason: string): void {
    this.#flow?.close(code, reason)
  }

  setRole(role: Role): void {
    if (this.#role === role) return
    this.#role = role
    this.#say({ type: 'role', role })
    this.pump()
  }

  /** Sends all that the window and the socket take. */
  pump(): void {
    const { log } = this.#terminal
    while (this.#flow && !this.#flow.isBlocked && !this.#isDone) {
      if (this.#cursor < log.startOffset && !this.#jump()) break
      const size = log.sizeAfter(this.#sizeSequence)
      if (size && size.offset <= this.#cursor) {
        this.#sizeSequence = size.sequence
        this.#say({ type: 'resize', cols: size.cols, rows: size.rows })
        continue
      }
      const room = this.#acknowledged + STREAM_WINDOW_BYTES - this.#cursor
      const untilResize = size ? size.offset - this.#cursor : FRAME_BYTES
      const bytes = log.read(this.#cursor, Math.min(FRAME_BYTES, room, untilResize))
      if (bytes.length === 0) break
      if (this.#flow.send(bytes)) this.#cursor += bytes.length
    }
    this.#finishAtEnd()
  }

  #firstOffset(): number {
    const { log } = this.#terminal
    const asked = this.#from === 'follower' ? this.#terminal.followerOffset : this.#askedOffset
    const isKept = asked !== undefined && asked >= log.startOffset && asked <= log.endOffset
    if (isKept) return asked
    return this.#from === 'start' ? log.firstBoundary() : log.tailBoundary()
  }

  /** Not before the viewer has taken half a window, or a viewer that takes nothing would be sent ever more. */
  #jump(): boolean {
    const { log } = this.#terminal
    if (this.#cursor - this.#acknowledged > STREAM_WINDOW_BYTES / 2) return false
    this.#cursor = log.tailBoundary()
    this.#acknowledged = this.#cursor
    this.#say({ type: 'gap', offset: this.#cursor, modes: log.modesAt(this.#cursor).restore() })
    return true
  }

  #finishAtEnd(): void {
    const { log, exitCode } = this.#terminal
    if (this.#isDone || this.#flow?.isBlocked || exitCode === null || this.#cursor < log.endOffset) return
    this.#isDone = true
    this.#say({ type: 'exit', exitCode })
    this.end(FINISHED, 'The terminal has ended.')
  }

  #control(control: TerminalClientMessage): void {
    if (control.type === 'ack') {
      this.#acknowledged = Math.min(Math.max(this.#acknowledged, control.offset), this.#cursor)
      if (this.#from === 'follower') this.#terminal.followed(this.#acknowledged)
      this.pump()
      this.#terminal.keepPace()
    } else if (control.type === 'resize') {
      if (this.#terminal.isWriter(this)) this.#terminal.resize(control.cols, control.rows)
    } else if (!this.#isLocked) {
      this.#terminal.setWriter(this)
    }
  }

  #parse(message: string): TerminalClientMessage | undefined {
    try {
      if (message.length > MAX_CONTROL_CHARS) throw new Error('too long')
      return parseJson(message, TerminalClientMessage)
    } catch {
      this.end(UNREADABLE, 'This is not a message that a terminal takes.')
      return undefined
    }
  }

  #say(message: TerminalServerMessage): void {
    this.#flow?.say(message)
  }
}

import {
  type TerminalClientMessage,
  type TerminalRole,
  TerminalServerMessage,
  type TerminalStart,
} from '@/lib/protocol/terminal-stream'
import { type OpenSocket, ReconnectingSocket } from './reconnecting-socket'

/** Acknowledged in steps, so that a flood costs few messages; well inside the sender's window of 1 MB. */
const ACK_STEP_BYTES = 64 * 1024
/** Typing during an outage: kept for a short one, since what arrives much later surprises; never more than a long line. */
const MAX_PENDING_INPUT_BYTES = 4096
const MAX_PENDING_INPUT_AGE_MS = 10_000

export type TerminalState = 'connecting' | 'live' | 'reconnecting' | 'ended'

export type TerminalHandlers = {
  /**
   * Output, each byte once and in order. `endOffset` is to be acknowledged once the emulator has taken it; `isReplay`:
   * output that was already answered once, so the emulator must not answer its queries again.
   */
  onOutput: (bytes: Uint8Array, chunk: { endOffset: number; isReplay: boolean }) => void
  /** The first start (`isResumed` false: empty the emulator, set its size and modes), and each seamless continuation. */
  onStart: (start: TerminalStart, isResumed: boolean) => void
  /** So many bytes are not kept any more: begin again with these modes. */
  onGap: (skippedBytes: number, modes: string) => void
  onResize: (cols: number, rows: number) => void
  onRole: (role: TerminalRole) => void
  onState: (state: TerminalState, exitCode: number | null) => void
  /** Typing during a long outage was thrown away. */
  onInputDropped: () => void
}

export type TerminalSessionOptions = {
  /** Address of the stream from an offset on. */
  url: (offset: number) => string
  handlers: TerminalHandlers
  /** Asked when the stream cannot be had: whether the terminal is gone, so that trying again is in vain. */
  isGone?: () => Promise<boolean>
  openSocket?: OpenSocket
}

/**
 * One terminal over one WebSocket that comes back. It knows the absolute offset of the next byte: a new socket goes on
 * exactly there, so that no byte is lost or doubled, and the emulator is never cleared for a mere reconnect.
 */
export class TerminalSession {
  readonly #options: TerminalSessionOptions
  readonly #socket: ReconnectingSocket
  #offset = 0
  #replayEnd = 0
  #consumed = 0
  #acknowledged = 0
  #hasStarted = false
  /** This socket has said `start`: before it nothing may be sent, since the role is not known. */
  #isStarted = false
  #state: TerminalState = 'connecting'
  #size: { cols: number; rows: number } | undefined
  #pendingInput: { bytes: Uint8Array<ArrayBuffer>; atMs: number }[] = []

  constructor(options: TerminalSessionOptions) {
    this.#options = options
    const handlers = {
      url: () => options.url(this.#offset),
      onMessage: (data: string | Uint8Array) =>
        typeof data === 'string' ? this.#onText(data) : this.#onBytes(data),
      onLost: (wasOpen: boolean) => this.#onLost(wasOpen),
    }
    this.#socket = new ReconnectingSocket(handlers, options.openSocket)
    this.#socket.connect()
  }

  get state(): TerminalState {
    return this.#state
  }

  /** Keys, text or mouse reports, as the emulator gives them. */
  write(input: string | Uint8Array<ArrayBuffer>): void {
    if (this.#state === 'ended') return
    const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input
    if (this.#isStarted && this.#socket.send(bytes)) return
    this.#keepInput(bytes)
  }

  /** The emulator's size; said again after a reconnect. */
  resize(cols: number, rows: number): void {
    this.#size = { cols, rows }
    if (this.#isStarted) this.#say({ type: 'resize', cols, rows })
  }

  /** Become the one who types and whose size counts. */
  take(): void {
    this.#say({ type: 'take' })
  }

  /** The emulator has taken everything before this offset. */
  consumed(endOffset: number): void {
    this.#consumed = Math.max(this.#consumed, endOffset)
    if (this.#consumed - this.#acknowledged < ACK_STEP_BYTES) return
    this.#acknowledge()
  }

  /** Lets go of the stream; the terminal itself goes on. */
  close(): void {
    this.#socket.close()
  }

  #onBytes(bytes: Uint8Array): void {
    if (!this.#isStarted) return
    const replayed = Math.min(bytes.length, Math.max(0, this.#replayEnd - this.#offset))
    if (replayed > 0) this.#deliver(bytes.subarray(0, replayed), true)
    if (replayed < bytes.length) this.#deliver(bytes.subarray(replayed), false)
  }

  #deliver(bytes: Uint8Array, isReplay: boolean): void {
    this.#offset += bytes.length
    this.#options.handlers.onOutput(bytes, { endOffset: this.#offset, isReplay })
  }

  #onText(text: string): void {
    const message = parseMessage(text)
    const { handlers } = this.#options
    if (!message) return
    if (message.type === 'start') this.#onStart(message)
    else if (message.type === 'gap') this.#onGap(message.offset, message.modes)
    else if (message.type === 'resize') handlers.onResize(message.cols, message.rows)
    else if (message.type === 'role') handlers.onRole(message.role)
    else this.#end(message.exitCode)
  }

  #onStart(start: TerminalStart): void {
    this.#socket.confirm()
    this.#isStarted = true
    this.#replayEnd = start.endOffset
    const skipped = start.offset - this.#offset
    const isResumed = this.#hasStarted && skipped === 0
    const wasStarted = this.#hasStarted
    this.#hasStarted = true
    this.#offset = start.offset
    this.#acknowledged = start.offset
    this.#consumed = Math.min(this.#consumed, start.offset)
    if (skipped > 0 && wasStarted) this.#options.handlers.onGap(skipped, start.modes)
    else this.#options.handlers.onStart(start, isResumed)
    this.#options.handlers.onRole(start.role)
    this.#setState('live', null)
    if (this.#size && start.role === 'writer') this.#say({ type: 'resize', ...this.#size })
    this.#sendKeptInput()
  }

  #onGap(offset: number, modes: string): void {
    const skipped = offset - this.#offset
    this.#offset = offset
    this.#options.handlers.onGap(skipped, modes)
  }

  #onLost(wasOpen: boolean): void {
    this.#isStarted = false
    if (this.#state === 'ended') return
    this.#setState(this.#hasStarted ? 'reconnecting' : 'connecting', null)
    if (!wasOpen) void this.#endIfGone()
  }

  async #endIfGone(): Promise<void> {
    // Not reachable is not gone: whatever goes wrong in asking, trying again goes on.
    const isGone = await this.#options.isGone?.().catch(() => false)
    if (isGone && !this.#isStarted) this.#end(null)
  }

  #end(exitCode: number | null): void {
    this.#setState('ended', exitCode)
    this.#pendingInput = []
    this.#socket.close()
  }

  #setState(state: TerminalState, exitCode: number | null): void {
    if (this.#state === state) return
    this.#state = state
    this.#options.handlers.onState(state, exitCode)
  }

  #acknowledge(): void {
    if (this.#consumed <= this.#acknowledged || !this.#isStarted) return
    if (this.#say({ type: 'ack', offset: this.#consumed })) this.#acknowledged = this.#consumed
  }

  #say(message: TerminalClientMessage): boolean {
    return this.#socket.send(JSON.stringify(message))
  }

  #keepInput(bytes: Uint8Array<ArrayBuffer>): void {
    const kept = this.#pendingInput.reduce((sum, each) => sum + each.bytes.length, 0)
    if (kept + bytes.length > MAX_PENDING_INPUT_BYTES) this.#options.handlers.onInputDropped()
    else this.#pendingInput.push({ bytes, atMs: Date.now() })
  }

  #sendKeptInput(): void {
    const kept = this.#pendingInput
    this.#pendingInput = []
    // All or nothing: the tail of a command without its head is worse than none.
    const oldest = kept[0]
    if (oldest && Date.now() - oldest.atMs > MAX_PENDING_INPUT_AGE_MS) {
      this.#options.handlers.onInputDropped()
      return
    }
    for (const { bytes } of kept) this.#socket.send(bytes)
  }
}

function parseMessage(text: string): TerminalServerMessage | undefined {
  try {
    return TerminalServerMessage.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

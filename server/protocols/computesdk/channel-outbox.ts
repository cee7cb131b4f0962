/**
 * What a socket may be behind. Streams that can wait stop far below it; who does not read what cannot wait is cut off, and
 * comes back when it reads again.
 */
export const MAX_BEHIND_BYTES = 8 * 1024 * 1024
/** Code of RFC 6455's registry: try again later. */
const TRY_AGAIN_LATER = 1013
const TOO_SLOW = 'You read too slowly. Connect again.'

/** From here on whoever can wait does, until what is on its way is below the second. */
const WAIT_BYTES = 1024 * 1024
const GO_ON_BYTES = 256 * 1024

/** What the hub writes to: a WebSocket. */
export interface ChannelSocket {
  /** As one text message; `done` once the network has taken it, or will not. */
  send(text: Buffer, done: (isTaken: boolean) => void): void
  /** At once where the other end does not read, since it would not read a farewell either. */
  close(code: number, reason: string): void
}

/** Messages to one socket: bounded, however slow it reads. */
export class ChannelOutbox {
  readonly #socket: ChannelSocket
  readonly #waiting: (() => void)[] = []
  /** On their way to the network: of all messages, and of those whose senders did not wait. */
  #behindBytes = 0
  #hurriedBytes = 0
  #isClosed = false

  constructor(socket: ChannelSocket) {
    this.#socket = socket
  }

  /** Whoever can wait should, for `caughtUp`. */
  get isBehind(): boolean {
    return this.#behindBytes > WAIT_BYTES
  }

  send(text: Buffer): void {
    if (this.#hurriedBytes + text.length > MAX_BEHIND_BYTES) this.close(TRY_AGAIN_LATER, TOO_SLOW)
    if (this.#isClosed) return
    this.#hurriedBytes += text.length
    this.#write(text, () => {
      this.#hurriedBytes -= text.length
    })
  }

  /** Of a sender that waits when the socket is behind. `onTaken` is called in any case, false when it has closed. */
  sendPaced(text: Buffer, onTaken: (isTaken: boolean) => void): void {
    if (this.#isClosed) onTaken(false)
    else this.#write(text, onTaken)
  }

  /** Resolves when there is room again, or the socket is closed. */
  caughtUp(): Promise<void> {
    if (this.#behindBytes <= GO_ON_BYTES || this.#isClosed) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  close(code: number, reason: string): void {
    if (this.#isClosed) return
    this.ended()
    this.#socket.close(code, reason)
  }

  /** The socket has closed by itself. */
  ended(): void {
    this.#isClosed = true
    this.#goOn()
  }

  #write(text: Buffer, onTaken: (isTaken: boolean) => void): void {
    this.#behindBytes += text.length
    this.#socket.send(text, (isTaken) => {
      this.#behindBytes -= text.length
      onTaken(isTaken)
      if (this.#behindBytes <= GO_ON_BYTES) this.#goOn()
    })
  }

  #goOn(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

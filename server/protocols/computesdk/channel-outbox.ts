/**
 * What a socket may be behind. Streams that can wait stop far below it; who does not read what cannot wait is cut off, and
 * comes back when it reads again.
 */
export const MAX_BEHIND_BYTES = 8 * 1024 * 1024
/** Code of RFC 6455's registry: try again later. */
const TRY_AGAIN_LATER = 1013
const TOO_SLOW = 'You read too slowly. Connect again.'

/** What the hub writes to: a WebSocket. */
export interface ChannelSocket {
  /** As one text message; `done` once the network has taken it, or never will. */
  send(text: Buffer, done: () => void): void
  /** At once where the other end does not read, since it would not read a farewell either. */
  close(code: number, reason: string): void
}

/** Messages to one socket: bounded, however slow it reads. */
export class ChannelOutbox {
  readonly #socket: ChannelSocket
  #behindBytes = 0
  #isClosed = false

  constructor(socket: ChannelSocket) {
    this.#socket = socket
  }

  /** Bytes that the network has not taken yet. */
  get behindBytes(): number {
    return this.#behindBytes
  }

  /** `onTaken` is called in any case, also when the socket has closed. */
  send(text: Buffer, onTaken?: () => void): void {
    if (this.#behindBytes + text.length > MAX_BEHIND_BYTES) this.close(TRY_AGAIN_LATER, TOO_SLOW)
    if (this.#isClosed) {
      onTaken?.()
      return
    }
    this.#behindBytes += text.length
    this.#socket.send(text, () => {
      this.#behindBytes -= text.length
      onTaken?.()
    })
  }

  close(code: number, reason: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#socket.close(code, reason)
  }
}

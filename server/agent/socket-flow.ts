import type { Socket } from './router'

/** So much may wait when more is added: enough to keep the socket busy until the next `drain`. */
const MAX_QUEUED_BYTES = 256 * 1024

/**
 * What goes out on a WebSocket, and whether it may. Bun says −1 for “queued, you are ahead” and 0 for “not taken”, and then
 * calls `drain`. But a later send that carries off the whole queue says so only by its own result, and no `drain` follows:
 * so every send counts, also that of a few words in between.
 */
export class SocketFlow {
  readonly #socket: Socket
  #isBlocked = false

  constructor(socket: Socket) {
    this.#socket = socket
  }

  get isBlocked(): boolean {
    return this.#isBlocked
  }

  /** False where the bytes were not taken and must be sent again. */
  send(bytes: Uint8Array): boolean {
    return this.#note(this.#socket.sendBinary(bytes as Uint8Array<ArrayBuffer>))
  }

  say(message: object): boolean {
    return this.#note(this.#socket.sendText(JSON.stringify(message)))
  }

  /** Bun calls `drain` when some of the queue has gone: going on at once would let the rest grow until it is dropped. */
  drained(): void {
    this.#isBlocked = this.#socket.getBufferedAmount() > MAX_QUEUED_BYTES
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  #note(sent: number): boolean {
    this.#isBlocked = sent <= 0
    return sent !== 0
  }
}

import type { WebSocket } from 'ws'

/** Below the minute of silence after which proxies close a connection. */
const PING_INTERVAL_MS = 30_000

/** A socket that is pinged, and ended when its other end has vanished without a word. */
export class KeepAlive {
  #isAlive = true
  readonly #timer: NodeJS.Timeout

  constructor(socket: WebSocket, intervalMs = PING_INTERVAL_MS) {
    socket.on('pong', () => this.heard())
    this.#timer = setInterval(() => {
      if (!this.#isAlive) socket.terminate()
      this.#isAlive = false
      socket.ping()
    }, intervalMs)
  }

  /** Also of somebody who takes what is sent: to whoever reads slowly the ping comes late. */
  heard(): void {
    this.#isAlive = true
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

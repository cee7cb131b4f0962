import { ReconnectTimer } from './reconnect-timer'

/** The part of the browser's WebSocket that is used; the `ws` package's has it too. */
export type Socket = {
  binaryType: string
  readonly readyState: number
  send(data: string | Uint8Array<ArrayBuffer>): void
  close(): void
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
}
export type OpenSocket = (url: string) => Socket

export type SocketHandlers = {
  /** Asked at each attempt, so that it can name where to go on. */
  url: () => string
  onOpen?: () => void
  onMessage: (data: string | Uint8Array) => void
  /** A socket was lost, or could not be had; another attempt is on its way unless this closes. `wasOpen`: it had opened. */
  onLost: (wasOpen: boolean) => void
}

const OPEN = 1
/** An upgrade that is not answered in this time is given up. */
const OPEN_TIMEOUT_MS = 15_000

/** One WebSocket that comes back until it is closed. What it carried, and from where to go on, is its owner's matter. */
export class ReconnectingSocket {
  readonly #handlers: SocketHandlers
  readonly #openSocket: OpenSocket
  readonly #timer: ReconnectTimer
  #socket: Socket | undefined
  #openTimeout: ReturnType<typeof setTimeout> | undefined

  constructor(handlers: SocketHandlers, openSocket: OpenSocket = (url) => new WebSocket(url) as Socket) {
    this.#handlers = handlers
    this.#openSocket = openSocket
    this.#timer = new ReconnectTimer({ reconnect: () => this.connect(), renew: () => this.renew() })
  }

  connect(): void {
    this.#drop()
    const socket = this.#openSocket(this.#handlers.url())
    let wasOpen = false
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      wasOpen = true
      clearTimeout(this.#openTimeout)
      this.#handlers.onOpen?.()
    }
    socket.onmessage = (event: { data: unknown }) => {
      if (typeof event.data === 'string') this.#handlers.onMessage(event.data)
      else if (event.data instanceof ArrayBuffer) this.#handlers.onMessage(new Uint8Array(event.data))
    }
    // An error says nothing, and is always followed by `close`.
    socket.onerror = () => undefined
    socket.onclose = () => this.#lost(wasOpen)
    this.#openTimeout = setTimeout(() => this.#lost(false), OPEN_TIMEOUT_MS)
  }

  /** What came proves that the other side works: the next loss is tried again at once. */
  confirm(): void {
    this.#timer.reset()
  }

  /** Replaces a socket that may be dead though it looks open. */
  renew(): void {
    if (this.#socket) this.#handlers.onLost(true)
    this.connect()
  }

  /** False when there is no open socket to take it. */
  send(data: string | Uint8Array<ArrayBuffer>): boolean {
    if (this.#socket?.readyState !== OPEN) return false
    this.#socket.send(data)
    return true
  }

  close(): void {
    this.#drop()
    this.#timer.close()
  }

  #lost(wasOpen: boolean): void {
    this.#drop()
    this.#timer.schedule()
    this.#handlers.onLost(wasOpen)
  }

  #drop(): void {
    clearTimeout(this.#openTimeout)
    const socket = this.#socket
    this.#socket = undefined
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }
}

import { type ManagedServer, ServerEvent } from '@/lib/protocol/servers'
import { type OpenSocket, ReconnectingSocket } from './reconnecting-socket'

export type ServerSocketOptions = {
  url: () => string
  /** All servers, at first, after each change, and once after each time away. */
  onServers: (servers: ManagedServer[]) => void
  /** The stream was lost, or could not be had; another attempt is on its way. */
  onLost: () => void
  openSocket?: OpenSocket
}

/** The managed servers of a sandbox as they are (`WS /servers/events`). Messages that are not understood are passed over. */
export class ServerSocket {
  readonly #options: ServerSocketOptions
  readonly #socket: ReconnectingSocket
  #servers = new Map<string, ManagedServer>()
  /** From the beginning of a stream on, which tells each that there is, until it says that it has. */
  #isGathering = true

  constructor(options: ServerSocketOptions) {
    this.#options = options
    const handlers = {
      url: options.url,
      onMessage: (data: string | Uint8Array) => this.#onMessage(data),
      onLost: () => this.#onLost(),
    }
    this.#socket = new ReconnectingSocket(handlers, options.openSocket)
    this.#socket.connect()
  }

  close(): void {
    this.#socket.close()
  }

  #onLost(): void {
    this.#isGathering = true
    this.#servers = new Map()
    this.#options.onLost()
  }

  #onMessage(data: string | Uint8Array): void {
    const event = typeof data === 'string' ? parseEvent(data) : undefined
    if (!event) return
    this.#socket.confirm()
    if (event.type === 'changed') this.#servers.set(event.server.slug, event.server)
    else if (event.type === 'removed') this.#servers.delete(event.slug)
    else this.#isGathering = false
    if (!this.#isGathering) this.#options.onServers([...this.#servers.values()])
  }
}

function parseEvent(text: string): ServerEvent | undefined {
  try {
    return ServerEvent.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

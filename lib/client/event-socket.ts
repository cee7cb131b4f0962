import { WorkbenchEvent } from '@/lib/protocol/workbench'
import { type OpenSocket, ReconnectingSocket } from './reconnecting-socket'

export type EventSocketState = 'connecting' | 'live' | 'reconnecting'

export type EventSocketOptions = {
  url: () => string
  onEvent: (event: WorkbenchEvent) => void
  /** After `reconnecting`, `live` means that events may have been missed: look again at what is shown. */
  onState: (state: EventSocketState) => void
  openSocket?: OpenSocket
}

/** What happens in a sandbox, as it happens (`WS /events`). Messages that are not understood are passed over. */
export class EventSocket {
  readonly #options: EventSocketOptions
  readonly #socket: ReconnectingSocket
  #state: EventSocketState = 'connecting'
  #wasLive = false

  constructor(options: EventSocketOptions) {
    this.#options = options
    const handlers = {
      url: options.url,
      onMessage: (data: string | Uint8Array) => this.#onMessage(data),
      onLost: () => this.#setState(this.#wasLive ? 'reconnecting' : 'connecting'),
    }
    this.#socket = new ReconnectingSocket(handlers, options.openSocket)
    this.#socket.connect()
  }

  close(): void {
    this.#socket.close()
  }

  #onMessage(data: string | Uint8Array): void {
    const event = typeof data === 'string' ? parseEvent(data) : undefined
    if (!event) return
    this.#socket.confirm()
    this.#wasLive = true
    this.#setState('live')
    this.#options.onEvent(event)
  }

  #setState(state: EventSocketState): void {
    if (this.#state === state) return
    this.#state = state
    this.#options.onState(state)
  }
}

function parseEvent(text: string): WorkbenchEvent | undefined {
  try {
    return WorkbenchEvent.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

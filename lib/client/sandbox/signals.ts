import {
  type ErrorSignalData,
  type PortSignalData,
  SignalData,
  SignalStatusAnswer,
} from '@/lib/protocol/signals'
import type { ChannelMessage } from '../channel-socket'
import { Listeners } from '../listeners'
import type { Connection } from './connection'

export type PortSignalEvent = PortSignalData
export type ErrorSignalEvent = ErrorSignalData
export type SignalEvent = SignalData
export type SignalStatusInfo = { status: 'active' | 'stopped'; channel: string; wsUrl: string }
type SignalEvents = {
  port: [event: PortSignalEvent]
  error: [event: ErrorSignalEvent]
  signal: [event: SignalEvent]
}

const CHANNEL = 'signals'

/** Word of ports and errors, from the sandbox itself and from programs to each other. */
export class Signals {
  readonly #connection: Connection
  readonly #services = new Set<SignalService>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** For all of the sandbox's clients; again is fine. Each port that opens or closes from now on is told. */
  async start(): Promise<SignalService> {
    const service = new SignalService(this.#connection, () => this.stop())
    // First, since others may listen already: then nothing is kept for who comes later.
    await service.follow()
    try {
      await this.#post('/signals/start')
    } catch (error) {
      service.end()
      throw error
    }
    this.#services.add(service)
    return service
  }

  async status(): Promise<SignalStatusInfo> {
    const { data } = await this.#connection.http.json('/signals/status', SignalStatusAnswer)
    return { status: data.status, channel: data.channel, wsUrl: data.ws_url }
  }

  /** For all of the sandbox's clients; again is fine. */
  async stop(): Promise<void> {
    await this.#post('/signals/stop')
    for (const service of this.#services) service.end()
    this.#services.clear()
  }

  /** `url` has http or https. It reaches whoever listens while signals are started, and else nobody. */
  emitPort(port: number, type: 'open' | 'close', url: string): Promise<void> {
    return this.#post('/signals/port', { port, type, url })
  }

  emitError(message: string): Promise<void> {
    return this.#post('/signals/error', { message })
  }

  emitServerReady(port: number, url: string): Promise<void> {
    return this.#post('/signals/server-ready', { port, url })
  }

  async #post(path: string, json?: unknown): Promise<void> {
    await this.#connection.http.send(path, { method: 'POST', json })
  }
}

/** Signals as events: `port` for ports and servers that are ready, `error`, and `signal` for all of them. */
export class SignalService {
  readonly #connection: Connection
  readonly #stop: () => Promise<void>
  readonly #listeners = new Listeners<SignalEvents>()
  #status: 'active' | 'stopped' = 'active'
  #leave: (() => void) | undefined

  constructor(connection: Connection, stop: () => Promise<void>) {
    this.#connection = connection
    this.#stop = stop
  }

  on<Event extends keyof SignalEvents>(
    event: Event,
    handler: (...values: SignalEvents[Event]) => void,
  ): void {
    this.#listeners.on(event, handler)
  }

  off<Event extends keyof SignalEvents>(
    event: Event,
    handler: (...values: SignalEvents[Event]) => void,
  ): void {
    this.#listeners.off(event, handler)
  }

  /** Stops the service of the sandbox, for all of its clients. */
  stop(): Promise<void> {
    return this.#stop()
  }

  getStatus(): 'active' | 'stopped' {
    return this.#status
  }

  getChannel(): string {
    return CHANNEL
  }

  isActive(): boolean {
    return this.#status === 'active'
  }

  /** Called once, by whoever made it. */
  async follow(): Promise<void> {
    this.#leave = await this.#connection.channels.subscribe(CHANNEL, {
      onMessage: (message) => this.#onMessage(message),
      onGone: () => this.end(),
    })
  }

  /** Lets go of what it holds here. */
  end(): void {
    this.#leave?.()
    this.#status = 'stopped'
    this.#listeners.clear()
  }

  #onMessage({ type, data }: ChannelMessage): void {
    const event = type === 'signal' ? SignalData.safeParse(data).data : undefined
    if (!event) return
    this.#listeners.emit('signal', event)
    if (event.signal === 'error') this.#listeners.emit('error', event)
    else this.#listeners.emit('port', event)
  }
}

import type { PortInfo, WorkbenchEvent } from '@/lib/protocol/workbench'
import type { AgentConnection, Port } from '../../sandbox/agent-connection'
import type { Subscription } from '../../sandbox/agent-messages'
import { portInfo } from './system-routes'

const FIRST_RETRY_MS = 250
const MAX_RETRY_MS = 10_000

export interface AgentEventsOptions {
  connect: () => Promise<AgentConnection>
  path: string
  ignore: readonly string[]
  say: (event: WorkbenchEvent) => void
}

/** Files and ports of a sandbox while it runs: followed, and followed again when the agent was lost. */
export class AgentEvents {
  readonly #options: AgentEventsOptions
  #subscriptions: Subscription[] = []
  #retryMs = FIRST_RETRY_MS
  #timer: NodeJS.Timeout | undefined
  /** Counts the attempts, so that what belongs to an earlier one is told apart. */
  #attempt = 0
  #isFollowing = false
  #wasFollowing = false

  constructor(options: AgentEventsOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#isFollowing) return
    this.#isFollowing = true
    void this.#follow()
  }

  stop(): void {
    this.#isFollowing = false
    this.#drop()
  }

  #drop(): void {
    this.#attempt += 1
    clearTimeout(this.#timer)
    for (const subscription of this.#subscriptions) subscription.close()
    this.#subscriptions = []
  }

  async #follow(): Promise<void> {
    const attempt = this.#attempt
    try {
      const agent = await this.#options.connect()
      await this.#keep(attempt, this.#watch(agent, attempt))
      await this.#keep(attempt, this.#followPorts(agent, attempt))
      this.#retryMs = FIRST_RETRY_MS
    } catch {
      this.#retry(attempt)
    }
  }

  async #keep(attempt: number, opening: Promise<Subscription>): Promise<void> {
    const subscription = await opening
    if (attempt === this.#attempt) this.#subscriptions.push(subscription)
    else subscription.close()
  }

  #retry(attempt: number): void {
    if (attempt !== this.#attempt || !this.#isFollowing) return
    this.#drop()
    this.#timer = setTimeout(() => void this.#follow(), this.#retryMs)
    this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS)
  }

  #watch(agent: AgentConnection, attempt: number): Promise<Subscription> {
    const { path, ignore, say } = this.#options
    return agent.watch(
      path,
      { ignore },
      {
        onMessage: (message) => {
          if (attempt !== this.#attempt) return
          if (message.type !== 'ready')
            return say(message.type === 'events' ? filesEvent(message.events) : message)
          say({ type: 'watching', path })
          // What changed while nobody watched was not told.
          if (this.#wasFollowing) say({ type: 'resync', path })
          this.#wasFollowing = true
        },
        onClose: () => this.#retry(attempt),
      },
    )
  }

  #followPorts(agent: AgentConnection, attempt: number): Promise<Subscription> {
    let ports: PortInfo[] = []
    return agent.followPorts({
      onMessage: (message) => {
        if (attempt !== this.#attempt) return
        ports = message.type === 'ports' ? message.ports.map(portInfo) : changed(ports, message)
        this.#options.say({ type: 'ports', ports })
      },
      onClose: () => this.#retry(attempt),
    })
  }
}

type FilesEvent = Extract<WorkbenchEvent, { type: 'files' }>

function filesEvent(events: FilesEvent['events']): FilesEvent {
  return { type: 'files', events }
}

function changed(ports: PortInfo[], message: { type: 'open' | 'close'; port: Port }): PortInfo[] {
  const others = ports.filter(
    ({ port, address }) => port !== message.port.port || address !== message.port.address,
  )
  return message.type === 'close'
    ? others
    : [...others, portInfo(message.port)].sort((a, b) => a.port - b.port)
}

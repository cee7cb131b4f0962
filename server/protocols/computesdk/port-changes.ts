import type { AgentConnection, Port, PortsMessage } from '../../sandbox/agent-connection'
import { AgentFollower } from '../../sandbox/agent-follower'
import type { Subscription } from '../../sandbox/agent-messages'

type Tell = (change: 'open' | 'close', port: number) => void

/** Which ports open and close, from the first look on, also across losses of the agent: then the difference is told. */
export class PortChanges {
  readonly #follower: AgentFollower
  readonly #tell: Tell
  /** Null before the first look. */
  #open: Set<number> | null = null

  constructor(connect: () => Promise<AgentConnection>, tell: Tell) {
    this.#tell = tell
    this.#follower = new AgentFollower({ connect, open: (agent, onClose) => this.#begin(agent, onClose) })
  }

  /** Resolves when all that changes from now on will be told. */
  ready(): Promise<void> {
    return this.#follower.ready()
  }

  /** While the sandbox runs; where it does not, nothing listens. */
  follow(isRunning: boolean): void {
    if (isRunning) {
      this.#follower.start()
    } else {
      this.stop()
      this.#become([])
    }
  }

  stop(): void {
    this.#follower.stop()
  }

  #begin(agent: AgentConnection, onClose: () => void): Promise<Subscription> {
    return agent.followPorts({ onMessage: (message) => this.#take(message), onClose })
  }

  #take(message: PortsMessage): void {
    if (message.type === 'ports') this.#become(message.ports)
    else this.#change(message.type, message.port.port)
  }

  #change(type: 'open' | 'close', port: number): void {
    if (type === 'open') this.#open?.add(port)
    else this.#open?.delete(port)
    this.#tell(type, port)
  }

  #become(ports: Port[]): void {
    const before = this.#open
    this.#open = new Set(ports.map(({ port }) => port))
    if (before === null) return
    for (const port of before) if (!this.#open.has(port)) this.#tell('close', port)
    for (const port of this.#open) if (!before.has(port)) this.#tell('open', port)
  }
}

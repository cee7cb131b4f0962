import type { AgentConnection } from '../../sandbox/agent-connection'
import { AgentFollower } from '../../sandbox/agent-follower'
import type { Subscription } from '../../sandbox/agent-messages'
import type { ServersMessage } from '../../sandbox/agent-servers'

type Changed = Extract<ServersMessage, { type: 'changed' }>['server']

/** Which managed servers become ready, from the first look on, also across losses of the agent. */
export class ReadyServers {
  readonly #follower: AgentFollower
  readonly #tell: (port: number) => void
  #ready = new Set<string>()
  #hasLooked = false

  constructor(connect: () => Promise<AgentConnection>, tell: (port: number) => void) {
    this.#tell = tell
    this.#follower = new AgentFollower({ connect, open: (agent, onClose) => this.#begin(agent, onClose) })
  }

  /** While the sandbox runs; where it does not, no server does. */
  follow(isRunning: boolean): void {
    if (isRunning) {
      this.#follower.start()
    } else {
      this.stop()
      this.#ready.clear()
    }
  }

  /** Resolves when all that become ready from now on will be told; an agent without servers is no hindrance. */
  async ready(): Promise<void> {
    await this.#follower.ready().catch(() => this.#follower.start())
  }

  stop(): void {
    this.#follower.stop()
  }

  #begin(agent: AgentConnection, onClose: () => void): Promise<Subscription> {
    return agent.servers.follow({ onMessage: (message) => this.#take(message), onClose })
  }

  #take(message: ServersMessage): void {
    if (message.type === 'ready') this.#hasLooked = true
    else if (message.type === 'removed') this.#ready.delete(message.slug)
    else this.#change(message.server)
  }

  #change({ slug, status, port }: Changed): void {
    if (status !== 'ready') {
      this.#ready.delete(slug)
      return
    }
    const isNews = this.#hasLooked && !this.#ready.has(slug)
    this.#ready.add(slug)
    if (isNews && port !== null) this.#tell(port)
  }
}

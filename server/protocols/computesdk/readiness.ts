import type { ReadyAnswer } from '@/lib/protocol/servers'
import type { AgentConnection } from '../../sandbox/agent-connection'
import type { Overlay } from '../../sandbox/agent-overlays'
import type { ServerState } from '../../sandbox/agent-servers'
import { readyServer } from './managed-server'

type Overlays = ReadyAnswer['overlays']
interface Readiness {
  servers: ServerState[]
  overlays: Overlays
}

/**
 * How far sandboxes are. Anybody may ask: however many do, one question per sandbox is under way at a time, so that they
 * cannot take from its owner what its agent can answer at once.
 */
export class ReadinessReader {
  readonly #connect: (sandboxId: string) => Promise<AgentConnection>
  readonly #reading = new Map<string, Promise<Readiness>>()

  constructor(connect: (sandboxId: string) => Promise<AgentConnection>) {
    this.#connect = connect
  }

  async read(sandboxId: string, urlOf: (port: number) => string): Promise<ReadyAnswer> {
    const { servers, overlays } = await (this.#reading.get(sandboxId) ?? this.#begin(sandboxId))
    const checked = servers.flatMap(({ health }) => (health === null ? [] : [health]))
    return {
      ready: servers.every(isReady) && overlays.every(isDone),
      ...(checked.length === 0 ? {} : { healthy: checked.every(({ isHealthy }) => isHealthy) }),
      servers: servers.map((state) => readyServer(state, urlOf)),
      overlays,
    }
  }

  #begin(sandboxId: string): Promise<Readiness> {
    const reading = this.#ask(sandboxId).finally(() => this.#reading.delete(sandboxId))
    this.#reading.set(sandboxId, reading)
    return reading
  }

  async #ask(sandboxId: string): Promise<Readiness> {
    const agent = await this.#connect(sandboxId)
    const [servers, overlays] = await Promise.all([agent.servers.states(), agent.overlays.list()])
    return { servers, overlays: overlays.map(readyOverlay) }
  }
}

function readyOverlay({ id, source, target, status }: Overlay): Overlays[number] {
  return { id, source, target, copy_status: status }
}

function isReady({ autostart, isListening }: ServerState): boolean {
  return !autostart || isListening
}

function isDone({ copy_status }: Overlays[number]): boolean {
  return copy_status === 'complete'
}

import type { ServerHealth, ServerStatus } from '@/server/agent-contract/servers'

export interface Live {
  status: ServerStatus
  statusReason: string | null
  port: number | null
  isListening: boolean
  pid: number | null
  restartCount: number
  exitCode: number | null
  health: ServerHealth | null
}

export const UNCHECKED: ServerHealth = {
  isHealthy: false,
  lastCheckAtMs: null,
  lastStatus: null,
  consecutiveFailures: 0,
}

/** How a server is at the moment; whoever listens hears of each change. */
export class LiveState {
  readonly #onChange: () => void
  #live: Live = {
    status: 'stopped',
    statusReason: null,
    port: null,
    isListening: false,
    pid: null,
    restartCount: 0,
    exitCode: null,
    health: null,
  }
  #updatedAtMs = Date.now()
  #statusSinceMs = this.#updatedAtMs

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get live(): Live {
    return this.#live
  }

  get updatedAtMs(): number {
    return this.#updatedAtMs
  }

  get statusSinceMs(): number {
    return this.#statusSinceMs
  }

  update(changes: Partial<Live>): void {
    const { status } = this.#live
    this.#live = { ...this.#live, ...changes }
    this.#updatedAtMs = Date.now()
    if (this.#live.status !== status) this.#statusSinceMs = this.#updatedAtMs
    this.#onChange()
  }
}

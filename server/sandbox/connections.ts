import type { SandboxError } from '@/lib/errors'
import type { AgentConnection } from './agent-connection'

/** The open connection of each running sandbox: many requests share it. */
export class Connections {
  readonly #open = new Map<string, Promise<AgentConnection>>()

  /** The one that is there, or the one that `open` makes; a failed one is forgotten. */
  get(id: string, open: () => Promise<AgentConnection>): Promise<AgentConnection> {
    const existing = this.#open.get(id)
    if (existing) return existing
    const opening = open()
    this.#open.set(id, opening)
    opening.catch(() => {
      if (this.#open.get(id) === opening) this.#open.delete(id)
    })
    return opening
  }

  /** Ends it; what is under way fails with `reason`. */
  drop(id: string, reason: SandboxError): void {
    const opening = this.#open.get(id)
    this.#open.delete(id)
    opening?.then((connection) => connection.close(reason)).catch(() => undefined)
  }

  closeAll(reason: SandboxError): void {
    for (const id of [...this.#open.keys()]) this.drop(id, reason)
  }
}

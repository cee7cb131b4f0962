import type { Sandbox } from './sandbox-record'

export interface Usage {
  /** Of one core. */
  cpuPercent: number | null
  memoryBytes: number | null
  diskBytes: number | null
  processes: number | null
}

/** What is told to whoever follows a sandbox. */
export type SandboxEvent =
  | { type: 'status'; sandbox: Sandbox }
  | { type: 'notice'; level: 'info' | 'warning' | 'error'; message: string }
  | { type: 'usage'; usage: Usage }
  | { type: 'deleted' }

export type SandboxListener = (event: SandboxEvent) => void

/** Who follows which sandbox. */
export class Subscribers {
  readonly #listeners = new Map<string, Set<SandboxListener>>()
  readonly #toAll = new Set<(id: string, event: SandboxEvent) => void>()

  /** What is told of any sandbox; the returned function ends that. */
  addToAll(listener: (id: string, event: SandboxEvent) => void): () => void {
    this.#toAll.add(listener)
    return () => this.#toAll.delete(listener)
  }

  /** True for the first one of a sandbox. */
  add(id: string, listener: SandboxListener): boolean {
    const mine = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, mine.add(listener))
    return mine.size === 1
  }

  /** True when nobody is left. */
  remove(id: string, listener: SandboxListener): boolean {
    const mine = this.#listeners.get(id)
    if (!mine?.delete(listener) || mine.size > 0) return false
    return this.#listeners.delete(id)
  }

  publish(id: string, event: SandboxEvent): void {
    for (const listener of this.#listeners.get(id) ?? []) listener(event)
    for (const listener of this.#toAll) listener(id, event)
  }
}

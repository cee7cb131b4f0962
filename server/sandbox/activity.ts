import type { SandboxStore } from '@/lib/db/sandboxes'
import type { Logger } from '../log'

/** Last use and disk space are for people to read; a write per request would only wear the disk. */
const INTERVAL_MS = 30_000

/** Records when sandboxes were last used and how large they are, now and then. */
export class Activity {
  readonly #store: SandboxStore
  readonly #log: Logger
  readonly #nextAtMs = new Map<string, number>()
  readonly #diskBytes = new Map<string, number | null>()

  constructor(store: SandboxStore, log: Logger) {
    this.#store = store
    this.#log = log
  }

  touch(id: string): void {
    this.#record(`use ${id}`, id, { last_used_at: new Date().toISOString() })
  }

  measured(id: string, diskBytes: number | null): void {
    if (diskBytes === null || this.#diskBytes.get(id) === diskBytes) return
    const isRecorded = this.#record(`disk ${id}`, id, { disk_bytes: diskBytes })
    if (isRecorded) this.#diskBytes.set(id, diskBytes)
  }

  forget(id: string): void {
    this.#nextAtMs.delete(`use ${id}`)
    this.#nextAtMs.delete(`disk ${id}`)
    this.#diskBytes.delete(id)
  }

  #record(key: string, id: string, patch: Parameters<SandboxStore['update']>[1]): boolean {
    const now = Date.now()
    if (now < (this.#nextAtMs.get(key) ?? 0)) return false
    this.#nextAtMs.set(key, now + INTERVAL_MS)
    this.#store
      .update(id, patch)
      .catch((error) => this.#log.warn({ sandboxId: id, err: error }, 'activity was not recorded'))
    return true
  }
}

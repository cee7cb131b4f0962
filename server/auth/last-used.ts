import type { Logger } from '../log'

/** `last_used_at` is for people: a minute more or less does not matter, a write for each request would. */
const INTERVAL_MS = 60_000
const MAX_REMEMBERED = 10_000

export class LastUsed {
  readonly #log: Logger
  readonly #touchedAtMs = new Map<string, number>()

  constructor(log: Logger) {
    this.#log = log
  }

  /** Writes when it is time to, without keeping the request waiting. */
  note(id: string, write: (nowIso: string) => Promise<void>, nowMs = Date.now()): void {
    if (nowMs - (this.#touchedAtMs.get(id) ?? 0) < INTERVAL_MS) return
    if (this.#touchedAtMs.size >= MAX_REMEMBERED) this.#touchedAtMs.clear()
    this.#touchedAtMs.set(id, nowMs)
    write(new Date(nowMs).toISOString()).catch((error: unknown) =>
      this.#log.warn({ err: error }, 'could not note the use of a token'),
    )
  }
}

/** Timers stand still while a laptop sleeps; looking at the clock this often finds what came due meanwhile. */
const MAX_TIMER_MS = 15_000

/** Calls back when the time of a key has come, with one timer for all of them. */
export class Deadlines {
  readonly #times = new Map<string, number>()
  readonly #onDue: (key: string) => void
  #timer: NodeJS.Timeout | null = null

  constructor(onDue: (key: string) => void) {
    this.#onDue = onDue
  }

  /** `atMs`: since the epoch; `null` forgets the key. */
  set(key: string, atMs: number | null): void {
    if (atMs === null) this.#times.delete(key)
    else this.#times.set(key, atMs)
    this.#arm()
  }

  close(): void {
    this.#times.clear()
    this.#arm()
  }

  #arm(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#times.size === 0) return
    const nextMs = Math.min(...this.#times.values())
    const waitMs = Math.min(Math.max(nextMs - Date.now(), 0), MAX_TIMER_MS)
    this.#timer = setTimeout(() => this.#fire(), waitMs)
    this.#timer.unref()
  }

  #fire(): void {
    const now = Date.now()
    const due = [...this.#times]
      .filter(([, atMs]) => atMs <= now)
      .sort(([, a], [, b]) => a - b)
      .map(([key]) => key)
    for (const key of due) this.#times.delete(key)
    this.#arm()
    for (const key of due) this.#onDue(key)
  }
}

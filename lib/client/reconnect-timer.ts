/** First wait after a lost socket; doubles with each failure, up to the longest. */
const FIRST_DELAY_MS = 250
/** Long enough to leave a restarting server alone, short enough that nobody reaches for reload. */
const LONGEST_DELAY_MS = 8000
/** A clock that jumps this far was asleep; hidden pages get a tick a minute, which is no sleep. */
const TICK_MS = 5000
const ASLEEP_MS = 90_000

export type ReconnectActions = {
  /** Time to try again. */
  reconnect: () => void
  /** The socket may be dead though it looks open: the machine slept, or its network changed. */
  renew: () => void
}

/**
 * When to connect again: after a growing, jittered wait (a server that comes back must not meet everyone at once), and at
 * once when the browser is back online, the page is looked at again or the machine woke up.
 */
export class ReconnectTimer {
  readonly #actions: ReconnectActions
  #failures = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #ticker: ReturnType<typeof setInterval>
  #lastTickMs = Date.now()

  constructor(actions: ReconnectActions) {
    this.#actions = actions
    this.#ticker = setInterval(this.#tick, TICK_MS)
    globalThis.addEventListener?.('online', this.#online)
    globalThis.document?.addEventListener('visibilitychange', this.#look)
  }

  /** The connection stands: the next loss starts from the shortest wait. */
  reset(): void {
    this.#failures = 0
    this.cancel()
  }

  schedule(): void {
    this.cancel()
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        this.#actions.reconnect()
      },
      reconnectDelayMs(this.#failures++),
    )
  }

  cancel(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  close(): void {
    this.cancel()
    clearInterval(this.#ticker)
    globalThis.removeEventListener?.('online', this.#online)
    globalThis.document?.removeEventListener('visibilitychange', this.#look)
  }

  readonly #online = () => {
    this.cancel()
    this.#actions.renew()
  }

  readonly #look = () => {
    if (this.#timer === undefined || globalThis.document?.visibilityState === 'hidden') return
    this.cancel()
    this.#actions.reconnect()
  }

  readonly #tick = () => {
    const sinceMs = Date.now() - this.#lastTickMs
    this.#lastTickMs = Date.now()
    if (sinceMs > ASLEEP_MS) this.#online()
  }
}

/** Between half and all of the doubled wait. */
export function reconnectDelayMs(failures: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures)
  return full / 2 + (full / 2) * random()
}

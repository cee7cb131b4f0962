import type { Duplex } from 'node:stream'

/** Ends the streams that a pool of Node's keeps for later, when nobody takes them again in time. */
export class IdleTimers {
  readonly #limitMs: number
  readonly #timers = new WeakMap<Duplex, NodeJS.Timeout>()

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  start(stream: Duplex): void {
    const timer = setTimeout(() => stream.destroy(), this.#limitMs)
    timer.unref()
    this.#timers.set(stream, timer)
  }

  stop(stream: Duplex): void {
    clearTimeout(this.#timers.get(stream))
  }
}

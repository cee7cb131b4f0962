/** Who asks for no delay gets this: a program that cannot start would else take all of the sandbox's processor time. */
const MIN_DELAY_MS = 100
/** So many quick ends in a row wait as they asked; after that each waits twice as long as the one before. */
const PATIENCE = 5
const MAX_DELAY_MS = 60_000
/** Whoever lasts this long did start. */
const QUICK_MS = 10_000

/** How long a server waits before its next start. */
export class RestartDelay {
  readonly #askedMs: number
  #quickEnds = 0

  constructor(askedMs: number) {
    this.#askedMs = Math.max(askedMs, MIN_DELAY_MS)
  }

  /** After a process that lasted this long. */
  after(lifetimeMs: number): number {
    this.#quickEnds = lifetimeMs < QUICK_MS ? this.#quickEnds + 1 : 0
    const doublings = Math.max(0, this.#quickEnds - PATIENCE)
    const backedOff = Math.min(this.#askedMs * 2 ** Math.min(doublings, 30), MAX_DELAY_MS)
    return Math.max(backedOff, this.#askedMs)
  }
}

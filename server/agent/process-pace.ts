import type { ProcessLog } from './process-log'

/** So far may the outputs be ahead of who follows them: half of the log, so that nothing is lost on the way. */
const AHEAD_BYTES = 4 * 1024 * 1024
const AHEAD_SEGMENTS = 8 * 1024
/** A follower whose connection broke comes back within seconds; one that does not must not hold up the program. */
const ABANDONED_MS = 60_000

interface Follower {
  /** All before this offset of both outputs has been sent to it. */
  readonly sentOffset: number
}

/**
 * Holds a program to the pace of who follows its outputs: while they are too far ahead nothing is read of them, and the
 * program waits as it would for a full pipe. With nobody there for a while it runs free, and the log keeps what it keeps.
 */
export class ProcessPace {
  readonly #log: ProcessLog
  readonly #followers = new Set<Follower>()
  #isFree: boolean
  #takenOffset = 0
  #wasHeld = false
  #resume = Promise.withResolvers<void>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(log: ProcessLog, isPaced: boolean) {
    this.#log = log
    this.#isFree = !isPaced
    if (isPaced) this.#expectFollower()
  }

  /** What followers have acknowledged of both outputs; where the next one goes on. */
  get takenOffset(): number {
    return this.#takenOffset
  }

  add(follower: Follower): void {
    clearTimeout(this.#timer)
    this.#followers.add(follower)
  }

  remove(follower: Follower): void {
    if (this.#followers.delete(follower) && this.#followers.size === 0 && !this.#isFree)
      this.#expectFollower()
  }

  /** After a follower has been sent more. */
  update(): void {
    if (!this.#isAhead()) this.#goOn()
  }

  taken(offset: number): void {
    this.#takenOffset = Math.max(this.#takenOffset, Math.min(offset, this.#log.endOffset('both')))
  }

  /** Resolves when more may be read. */
  async room(): Promise<void> {
    while (this.#isAhead()) {
      this.#wasHeld = true
      await this.#resume.promise
    }
  }

  /** Whether the program was held up since this was last asked. */
  wasHeld(): boolean {
    const wasHeld = this.#wasHeld
    this.#wasHeld = this.#isAhead()
    return wasHeld
  }

  /** From now on nothing holds it up. */
  free(): void {
    clearTimeout(this.#timer)
    this.#isFree = true
    this.#goOn()
  }

  #expectFollower(): void {
    this.#timer = setTimeout(() => this.free(), ABANDONED_MS)
  }

  #isAhead(): boolean {
    if (this.#isFree) return false
    let foremost = this.#takenOffset
    for (const { sentOffset } of this.#followers) foremost = Math.max(foremost, sentOffset)
    return (
      this.#log.endOffset('both') - foremost > AHEAD_BYTES ||
      this.#log.segmentsAfter(foremost) > AHEAD_SEGMENTS
    )
  }

  #goOn(): void {
    this.#resume.resolve()
    this.#resume = Promise.withResolvers<void>()
  }
}

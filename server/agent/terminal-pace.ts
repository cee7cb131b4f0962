/** So far may the program be ahead of the foremost viewer; a quarter of the log, so that nothing is lost on the way. */
const STOP_BYTES = 1024 * 1024
const GO_ON_BYTES = 256 * 1024
/** A viewer that is alive takes more than this in so long; for one that is not nobody's program is held up. */
const LOOK_MS = 1_000
const LEAST_PROGRESS_BYTES = 128 * 1024

/** What can be stopped and started: the output of a PTY. */
interface Flow {
  readonly isStopped: boolean
  stop(): void
  start(): void
}

/**
 * Holds a program to the pace of the foremost viewer, so that `cat` of a large file loses nothing and a flood burns no
 * more than can be shown. Without a viewer, or with none that takes anything, the program runs free and the log keeps
 * what it keeps.
 */
export class TerminalPace {
  readonly #flow: Flow
  #isFree = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #taken = 0
  #takenAtLook = 0

  constructor(flow: Flow) {
    this.#flow = flow
  }

  /** After output and after progress; `taken` is the foremost viewer's offset, `undefined` without one. */
  update(end: number, taken: number | undefined): void {
    if (taken === undefined || end - taken <= GO_ON_BYTES) {
      this.#isFree = false
      this.#goOn()
    } else if (!this.#isFree && !this.#flow.isStopped && end - taken > STOP_BYTES) {
      this.#flow.stop()
      this.#takenAtLook = taken
    }
    this.#taken = taken ?? end
    if (this.#flow.isStopped) this.#timer ??= setTimeout(() => this.#look(), LOOK_MS)
  }

  end(): void {
    this.#isFree = true
    this.#goOn()
  }

  #look(): void {
    this.#timer = undefined
    if (this.#taken - this.#takenAtLook < LEAST_PROGRESS_BYTES) {
      this.end()
      return
    }
    this.#takenAtLook = this.#taken
    this.#timer = setTimeout(() => this.#look(), LOOK_MS)
  }

  #goOn(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#flow.isStopped) this.#flow.start()
  }
}

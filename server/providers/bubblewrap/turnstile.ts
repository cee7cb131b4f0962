/** Lets a few through at once, the others in the order in which they came. */
export class Turnstile {
  readonly #places: number
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(places: number) {
    this.#places = places
    this.#free = places
  }

  /** Nobody is inside, nobody waits. */
  get isFree(): boolean {
    return this.#free === this.#places
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter()
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free += 1
  }
}

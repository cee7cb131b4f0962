import type { SandboxError } from '@/lib/errors'
import { Turnstile } from './turnstile'

/** Reads or fills `tree` as host user `uid` (`null`: our own), until `signal`. */
export type CopyTree = (source: { tree: string; uid: number | null; signal: AbortSignal }) => Promise<void>

/** The copies of one sandbox's files: one at a time, until the sandbox is no more. */
export class TreeCopies {
  readonly #turns = new Turnstile(1)
  readonly #cut = new AbortController()

  run<T>(copy: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      this.#cut.signal.throwIfAborted()
      return copy(this.#cut.signal)
    })
  }

  /** Does it while nothing is copied. */
  between<T>(act: () => Promise<T>): Promise<T> {
    return this.#turns.run(act)
  }

  /** Ends the one under way and all that wait, with that reason. */
  cut(reason: SandboxError): void {
    this.#cut.abort(reason)
  }
}

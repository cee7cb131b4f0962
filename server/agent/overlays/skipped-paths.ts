import { MAX_SKIPPED } from '@/server/agent-contract/overlays'

/** So that the records of all overlays together stay small. */
const MAX_SKIPPED_BYTES = 32 * 1024

/** What an overlay left out, as far as anybody reads it. */
export class SkippedPaths {
  readonly #paths: string[]
  #bytes: number
  #more = 0

  constructor(paths: string[] = []) {
    this.#paths = [...paths]
    this.#bytes = paths.reduce((sum, path) => sum + Buffer.byteLength(path), 0)
  }

  add(path: string): void {
    const bytes = Buffer.byteLength(path)
    if (this.#paths.length >= MAX_SKIPPED - 1 || this.#bytes + bytes > MAX_SKIPPED_BYTES) {
      this.#more++
      return
    }
    this.#paths.push(path)
    this.#bytes += bytes
  }

  list(): string[] {
    return this.#more === 0 ? [...this.#paths] : [...this.#paths, `… and ${this.#more} more`]
  }
}

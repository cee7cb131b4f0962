import { z } from 'zod'

const LastWord = z.object({
  session: z.string(),
  path: z.string(),
  text: z.string(),
  etag: z.string().nullable(),
  atMs: z.number(),
})

export type LastWord = z.infer<typeof LastWord>

/**
 * Edits that a page had no time to bring into the database: what waits there for another write is thrown away with the page.
 * This storage is written at once, but holds only a few megabytes.
 */
export class LastWords {
  readonly #prefix: string

  constructor(scope: string) {
    this.#prefix = `${scope}:last-words:`
  }

  keep(word: LastWord): void {
    try {
      localStorage.setItem(this.#key(word), JSON.stringify(word))
    } catch {
      // Full, or a private window: the database may still be in time.
    }
  }

  /** Where it is not younger than `atMs`. */
  forget(of: { session: string; path: string }, atMs = Number.POSITIVE_INFINITY): void {
    const word = this.#read(this.#key(of))
    if (word && word.atMs <= atMs) localStorage.removeItem(this.#key(of))
  }

  all(): LastWord[] {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.#prefix))
      return keys.map((key) => this.#read(key)).filter((word) => word !== null)
    } catch {
      return []
    }
  }

  #read(key: string): LastWord | null {
    try {
      return LastWord.safeParse(JSON.parse(localStorage.getItem(key) ?? 'null')).data ?? null
    } catch {
      return null
    }
  }

  #key({ session, path }: { session: string; path: string }): string {
    return `${this.#prefix}${session}:${path}`
  }
}

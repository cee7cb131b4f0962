import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { type FileEntry, MAX_LISTING_ENTRIES } from '@/server/agent-contract'
import { walkDirectory } from './directory-walk'
import { onPath } from './errno'
import { tryEntry } from './file-entry'
import type { Ignore } from './globs'
import { isTemporaryName } from './temporary-name'

const ENTRIES_PER_TURN = 2_000

export interface Look {
  path: string
  limit: number
  signal: AbortSignal
}

/** GET /files/list: direct children, by name. */
export async function listDirectory({ path, limit, signal }: Look): Promise<Response> {
  const listing = new ListingBody(path, limit)
  const names = onPath(path, () => readdirSync(path)).sort()
  for (const [i, name] of names.entries()) {
    if (isTemporaryName(name)) continue
    if (!listing.add(join(path, name), name)) break
    if (i % ENTRIES_PER_TURN !== ENTRIES_PER_TURN - 1) continue
    listing.endTurn()
    await setImmediate()
    if (signal.aborted) break
  }
  return listing.response()
}

/** GET /files/tree: all below, parents before children. */
export async function listTree({
  path,
  limit,
  signal,
  ignore,
}: Look & { ignore: Ignore }): Promise<Response> {
  const listing = new ListingBody(path, limit)
  await walkDirectory({
    root: path,
    ignore,
    signal,
    visit: (child, { name }) => listing.add(child, name),
    onTurn: () => listing.endTurn(),
  })
  return listing.response()
}

/** A Listing as JSON, made turn by turn: 50,000 entries in one `JSON.stringify` hold everyone up for 60 ms. */
class ListingBody {
  readonly #path: string
  readonly #limit: number
  readonly #parts: string[] = []
  #entries: FileEntry[] = []
  #count = 0
  #isTruncated = false

  constructor(path: string, limit: number) {
    this.#path = path
    this.#limit = Math.min(limit, MAX_LISTING_ENTRIES)
  }

  /** False when there is no room. */
  add(path: string, name: string): boolean {
    if (this.#count >= this.#limit) {
      this.#isTruncated = true
      return false
    }
    const entry = tryEntry(path, name)
    if (entry) {
      this.#entries.push(entry)
      this.#count++
    }
    return true
  }

  endTurn(): void {
    if (this.#entries.length === 0) return
    this.#parts.push(JSON.stringify(this.#entries).slice(1, -1))
    this.#entries = []
  }

  response(): Response {
    this.endTurn()
    const body = `{"path":${JSON.stringify(this.#path)},"entries":[${this.#parts.join(',')}],"isTruncated":${this.#isTruncated}}`
    return new Response(body, { headers: { 'Content-Type': 'application/json' } })
  }
}

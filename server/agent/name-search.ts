import type { NameMatches } from '@/server/agent-contract'
import { walkDirectory } from './directory-walk'
import type { Look } from './file-tree'
import { fuzzyScore } from './fuzzy-score'
import type { Ignore } from './globs'

/** So many hits are held while the walk goes on; then the worse half goes. */
const HELD_PER_LIMIT = 4
const MIN_HELD = 1_000

/** GET /files/search/names: files whose path has the characters of the query in order, the best first. */
export async function searchNames({
  path,
  query,
  limit,
  ignore,
  signal,
}: Look & { query: string; ignore: Ignore }): Promise<NameMatches> {
  const wanted = query.toLowerCase().replaceAll(/\s+/g, '')
  const maxHeld = Math.max(MIN_HELD, limit * HELD_PER_LIMIT)
  let hits: { path: string; score: number }[] = []
  let isTruncated = false
  const keepBest = () => {
    hits.sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1))
    isTruncated ||= hits.length > limit
    hits = hits.slice(0, limit)
  }
  await walkDirectory({
    root: path,
    ignore,
    signal,
    visit: (child, entry, relative) => {
      const score = entry.isDirectory() ? undefined : fuzzyScore(wanted, relative)
      if (score !== undefined) hits.push({ path: child, score })
      if (hits.length > maxHeld) keepBest()
      return true
    },
  })
  keepBest()
  return { paths: hits.map((hit) => hit.path), isTruncated }
}

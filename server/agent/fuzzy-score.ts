/** A character right after the one before; at the start of a word or folder; within the file's own name. */
const CONSECUTIVE = 8
const WORD_START = 10
const IN_NAME = 4
/** Per character of the path: of two equal hits the shorter one is meant. */
const LENGTH_COST = 0.1

/**
 * How well `query` (lower case) fits a path when its characters need only come in order, as in a quick-open box;
 * `undefined` where they do not. Higher is better. The last possible place of each character is taken, from the end, since
 * the name matters more than the folders.
 */
export function fuzzyScore(query: string, path: string): number | undefined {
  const lower = path.toLowerCase()
  const nameStart = lower.lastIndexOf('/') + 1
  const substring = lower.indexOf(query, nameStart)
  let score = substring >= 0 ? query.length * CONSECUTIVE + (substring === nameStart ? WORD_START * 2 : 0) : 0
  let before = lower.length
  for (let i = query.length - 1; i >= 0; i--) {
    const at = lower.lastIndexOf(query.charAt(i), before - 1)
    if (at < 0 || before === 0) return undefined
    if (at === before - 1 && i < query.length - 1) score += CONSECUTIVE
    if (isWordStart(path, at)) score += WORD_START
    if (at >= nameStart) score += IN_NAME
    before = at
  }
  return score - path.length * LENGTH_COST
}

function isWordStart(path: string, at: number): boolean {
  if (at === 0) return true
  const before = path.charAt(at - 1)
  if ('/-_. '.includes(before)) return true
  const isUpper = path.charAt(at) !== path.charAt(at).toLowerCase()
  return isUpper && before === before.toLowerCase()
}

import type { TextMatches } from '@/server/agent-contract'

type Match = TextMatches['matches'][number]

/** Of a line that is shown with a match; of a longer one the part around the match. */
const MAX_TEXT_CHARS = 1_000
const BEFORE_MATCH_CHARS = 100

interface RipgrepMatch {
  type: 'match'
  data: {
    path: { text?: string }
    lines: { text?: string }
    line_number: number | null
    submatches: { start: number; end: number }[]
  }
}

/** The matches of one line of `rg --json`. Names and lines that are not UTF-8 come as base64 and are left out. */
export function parseMatches(line: string): Match[] {
  if (!line.startsWith('{"type":"match"')) return []
  const { data } = JSON.parse(line) as RipgrepMatch
  const path = data.path.text
  const text = data.lines.text?.replace(/\r?\n$/, '')
  if (path === undefined || text === undefined) return []
  const bytes = Buffer.from(text)
  const lineNumber = data.line_number ?? 1
  return data.submatches.map(({ start, end }) => {
    const from = utf16Length(bytes, start)
    return {
      path,
      line: lineNumber,
      ...show(text, from, from + utf16Length(bytes.subarray(start), end - start)),
    }
  })
}

function show(text: string, start: number, end: number) {
  const cut = text.length > MAX_TEXT_CHARS ? Math.max(0, start - BEFORE_MATCH_CHARS) : 0
  const shown = text.slice(cut, cut + MAX_TEXT_CHARS)
  return { text: shown, column: start - cut + 1, endColumn: Math.min(end - cut, shown.length) + 1 }
}

function utf16Length(bytes: Buffer, end: number): number {
  return bytes.toString('utf8', 0, end).length
}

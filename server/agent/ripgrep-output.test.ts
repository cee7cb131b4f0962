import { describe, expect, it } from 'vitest'
import { parseMatches } from './ripgrep-output'

function line(text: string, ...submatches: [number, number][]): string {
  const data = {
    path: { text: '/a.ts' },
    lines: { text },
    line_number: 3,
    absolute_offset: 0,
    submatches: submatches.map(([start, end]) => ({ match: { text: '' }, start, end })),
  }
  return JSON.stringify({ type: 'match', data })
}

describe('parseMatches', () => {
  it('turns bytes into columns of UTF-16 units', () => {
    // ä has two bytes and one unit, 😀 four bytes and two units.
    expect(parseMatches(line('ä😀x\r\n', [6, 7]))).toEqual([
      { path: '/a.ts', line: 3, column: 4, endColumn: 5, text: 'ä😀x' },
    ])
  })

  it('tells each match of a line', () => {
    expect(parseMatches(line('a b a', [0, 1], [4, 5])).map((match) => match.column)).toEqual([1, 5])
  })

  it('shows of a long line what is around the match', () => {
    const text = `${'x'.repeat(5000)}needle${'y'.repeat(5000)}`
    const [match] = parseMatches(line(text, [5000, 5006]))
    expect(match?.text).toHaveLength(1000)
    expect(match?.text.slice((match.column ?? 0) - 1, (match.endColumn ?? 0) - 1)).toBe('needle')
  })

  it('leaves out all else, and what is no UTF-8', () => {
    expect(parseMatches('{"type":"begin","data":{}}')).toEqual([])
    expect(parseMatches('')).toEqual([])
    expect(
      parseMatches(
        '{"type":"match","data":{"path":{"bytes":"/w=="},"lines":{"text":"a"},"line_number":1,"submatches":[]}}',
      ),
    ).toEqual([])
  })
})

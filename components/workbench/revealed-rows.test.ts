import { describe, expect, it } from 'vitest'
import { editEnvRow, envTable, removeEnvRow } from '@/lib/env-rows'
import { afterEdit, allRevealed, isRevealed, type RevealedRows, withRow } from './revealed-rows'

const rowsOf = (text: string) => envTable(text).rows
const NONE: RevealedRows = new Set()

/** Values that can be seen. */
function seen(text: string, revealed: RevealedRows): string[] {
  return rowsOf(text)
    .filter((row) => isRevealed(revealed, row))
    .map((row) => row.value)
}

/** All of a text, but for the first row's value. */
function butFirst(text: string): RevealedRows {
  const rows = rowsOf(text)
  return rows[0] ? withRow(allRevealed(rows), rows[0], false) : NONE
}

describe('values that may be seen', () => {
  it('are none at first, and one or all when asked for', () => {
    const rows = rowsOf('A=1\nB=2')
    expect(seen('A=1\nB=2', NONE)).toEqual([])
    expect(rows[1] && seen('A=1\nB=2', withRow(NONE, rows[1], true))).toEqual(['2'])
    expect(seen('A=1\nB=2', allRevealed(rows))).toEqual(['1', '2'])
  })

  it('stay the same when a row is renamed', () => {
    const text = 'A=1\nA=2\nB=3'
    for (const [index, name] of [
      [0, 'C'],
      [1, 'B'],
      [2, 'A'],
      [2, 'C'],
    ] as const) {
      const after = editEnvRow(text, index, { name })
      expect(seen(after, afterEdit(butFirst(text), rowsOf(text), index, name))).toEqual(['2', '3'])
    }
  })

  it('stay the same when a row is removed', () => {
    const text = 'A=1\nA=2\nA=3'
    const revealed = butFirst(text)
    expect(seen(removeEnvRow(text, 1), afterEdit(revealed, rowsOf(text), 1, null))).toEqual(['3'])
    expect(seen(removeEnvRow(text, 0), afterEdit(revealed, rowsOf(text), 0, null))).toEqual(['2', '3'])
  })

  it('are not others that come into the file in their place', () => {
    expect(seen('NEW=secret\nB=2', allRevealed(rowsOf('A=1\nB=2')))).toEqual(['2'])
  })
})

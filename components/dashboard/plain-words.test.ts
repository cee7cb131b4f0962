import { describe, expect, it } from 'vitest'
import { timeAgo } from './plain-words'

const NOW = Date.parse('2026-06-15T12:00:00.000Z')
const minutesAgo = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString()

describe('a time in words', () => {
  it.each([
    [-3, 'now'],
    [0.5, 'now'],
    [1, '1 min ago'],
    [59.9, '59 min ago'],
    [60, '1 h ago'],
    [23 * 60 + 59, '23 h ago'],
    [24 * 60, 'yesterday'],
    [7 * 24 * 60, '8 Jun'],
    [365 * 24 * 60, '15 Jun 2025'],
  ])('says %d minutes as %s', (minutes, words) => {
    expect(timeAgo(minutesAgo(minutes), NOW)).toBe(words)
  })

  it('admits that it does not know', () => {
    expect(timeAgo('', NOW)).toBe('unknown')
  })
})

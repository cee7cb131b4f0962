import { expect, it } from 'vitest'
import { formatTimeLeft } from './quantities'

it('says time left in the unit that fits', () => {
  expect(formatTimeLeft(-5)).toBe('0 s')
  expect(formatTimeLeft(40_900)).toBe('40 s')
  expect(formatTimeLeft(52 * 60_000)).toBe('52 min')
  expect(formatTimeLeft(3 * 3600_000 + 5 * 60_000)).toBe('3 h 05 min')
  expect(formatTimeLeft(72 * 3600_000)).toBe('3 d')
})

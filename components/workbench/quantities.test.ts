import { expect, it } from 'vitest'
import { formatBytes, formatTimeLeft } from './quantities'

it('says sizes in the unit that fits', () => {
  expect(formatBytes(0)).toBe('0 B')
  expect(formatBytes(999)).toBe('999 B')
  expect(formatBytes(1500)).toBe('1.5 kB')
  expect(formatBytes(999_900)).toBe('1.0 MB')
  expect(formatBytes(52_400_000)).toBe('52 MB')
  expect(formatBytes(2_147_483_648)).toBe('2.1 GB')
})

it('says time left in the unit that fits', () => {
  expect(formatTimeLeft(-5)).toBe('0 s')
  expect(formatTimeLeft(40_900)).toBe('40 s')
  expect(formatTimeLeft(52 * 60_000)).toBe('52 min')
  expect(formatTimeLeft(3 * 3600_000 + 5 * 60_000)).toBe('3 h 05 min')
  expect(formatTimeLeft(72 * 3600_000)).toBe('3 d')
})

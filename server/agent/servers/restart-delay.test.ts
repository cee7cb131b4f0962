import { describe, expect, it } from 'vitest'
import { RestartDelay } from './restart-delay'

const delays = (askedMs: number, lifetimes: number[]) => {
  const delay = new RestartDelay(askedMs)
  return lifetimes.map((lifetimeMs) => delay.after(lifetimeMs))
}
const quick = (times: number) => Array<number>(times).fill(5)

describe('the delay before a restart', () => {
  it('is what was asked for, at first', () => {
    expect(delays(1000, quick(5))).toEqual([1000, 1000, 1000, 1000, 1000])
  })

  it('doubles while the program ends at once, up to a minute', () => {
    expect(delays(1000, quick(12)).slice(5)).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
  })

  it('is never nothing, so that nobody can spin', () => {
    expect(delays(0, quick(40)).reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(20 * 60_000)
    expect(Math.min(...delays(0, quick(40)))).toBe(100)
  })

  it('begins anew after a program that lasted', () => {
    expect(delays(1000, [...quick(8), 10_000, 5])).toEqual([
      1000, 1000, 1000, 1000, 1000, 2000, 4000, 8000, 1000, 1000,
    ])
  })

  it('stays longer than a minute where that was asked for', () => {
    expect(delays(120_000, quick(9)).at(-1)).toBe(120_000)
  })
})

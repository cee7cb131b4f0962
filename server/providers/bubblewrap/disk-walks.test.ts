import { expect, it } from 'vitest'
import { restAfter } from './disk-walks'

it('rests between a second and half a minute, the longer the longer it walked', () => {
  expect(restAfter(1)).toBe(1_000)
  expect(restAfter(100)).toBe(2_000)
  expect(restAfter(20_000)).toBe(30_000)
})

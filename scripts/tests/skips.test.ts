import { expect, it } from 'vitest'
import { unexplainedSkips } from './skips.mjs'

const allowed = [
  { name: 'e2e: docker', reason: 'needs Docker' },
  { name: 'unit: quiet', reason: '' },
]

it('accepts a skip whose name begins as an explained entry', () => {
  expect(unexplainedSkips(['e2e: docker › runs'], allowed)).toEqual([])
})

it('names every skip without an entry or without a reason', () => {
  const skipped = ['unit: quiet', 'integration: e2e: docker']
  expect(unexplainedSkips(skipped, allowed)).toEqual(skipped)
})

import { expect, it } from 'vitest'
import { Owners } from './owners'

it('counts snapshots with the disk of sandboxes, by what they may take until that is known', () => {
  const owners = new Owners({ sandboxes: null, memoryBytes: null, diskBytes: 100 })
  owners.claim('a', 's1', { memoryBytes: null, diskBytes: 60 })
  expect(owners.claimSnapshot('a', 'p1', 60)).toBe(40)
  expect(() => owners.claimSnapshot('a', 'p2', 1)).toThrow('Your sandboxes and snapshots may have 0 MB')
  expect(() => owners.claim('a', 's2', { memoryBytes: null, diskBytes: 1 })).toThrow('snapshots')
  owners.addSnapshot('a', 'p1', 10)
  expect(owners.claimSnapshot('a', 'p2', 20)).toBe(20)
  expect(owners.claimSnapshot('b', 'p3', null)).toBe(100)
  owners.releaseSnapshot('a', 'p1')
  owners.releaseSnapshot('a', 'p2')
  owners.claim('a', 's2', { memoryBytes: null, diskBytes: 40 })
})

it('lets an owner have many snapshots, not any number', () => {
  const owners = new Owners({ sandboxes: null, memoryBytes: null, diskBytes: null })
  for (let i = 0; i < 200; i++) expect(owners.claimSnapshot('a', `p${i}`, null)).toBeNull()
  expect(() => owners.claimSnapshot('a', 'one more', null)).toThrow('200 snapshots')
  expect(owners.claimSnapshot('b', 'theirs', 5)).toBe(5)
})

import { expect, it } from 'vitest'
import { applyEvents, eventsByDirectory, sortEntries, type TreeEntry } from './listing'

function entry(path: string, isDirectory = false): TreeEntry {
  return { name: path.slice(path.lastIndexOf('/') + 1), path, isDirectory, isLink: false, sizeBytes: 1 }
}

it('puts directories first, and numbers in their order', () => {
  const sorted = sortEntries([entry('/b10'), entry('/b9'), entry('/a'), entry('/z', true)])
  expect(sorted.map((each) => each.name)).toEqual(['z', 'a', 'b9', 'b10'])
})

it('brings a listing up to date from events alone', () => {
  const before = [entry('/app/src', true), entry('/app/a.ts'), entry('/app/b.ts')]
  const after = applyEvents(before, [
    { event: 'unlink', path: '/app/a.ts' },
    { event: 'add', path: '/app/c.ts' },
    { event: 'addDir', path: '/app/lib' },
  ])
  expect(after.map((each) => each.name)).toEqual(['lib', 'src', 'b.ts', 'c.ts'])
})

it('leaves a listing as it is where nothing of it changed', () => {
  const before = [entry('/app/a.ts')]
  expect(applyEvents(before, [{ event: 'add', path: '/app/a.ts' }])).toBe(before)
  expect(applyEvents(before, [{ event: 'unlink', path: '/app/never.ts' }])).toBe(before)
})

it('takes a file that became a directory for one', () => {
  const after = applyEvents([entry('/app/x')], [{ event: 'addDir', path: '/app/x' }])
  expect(after[0]?.isDirectory).toBe(true)
})

it('sorts events to the directories they happened in, changes of content aside', () => {
  const grouped = eventsByDirectory([
    { event: 'add', path: '/app/a' },
    { event: 'change', path: '/app/b' },
    { event: 'addDir', path: '/app/src/c' },
  ])
  expect([...grouped.keys()]).toEqual(['/app', '/app/src'])
})

it('sorts 100,000 names without a noticeable wait', () => {
  const many = Array.from({ length: 100_000 }, (_, i) => entry(`/d/file-${(i * 7919) % 100_000}`))
  const sorted = sortEntries(many)
  expect(sorted).toHaveLength(100_000)
  expect(sorted[0]?.name).toBe('file-0')
})

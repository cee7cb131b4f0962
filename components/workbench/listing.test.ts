import { expect, it } from 'vitest'
import { applyEvents, entriesOf, eventsByDirectory, type TreeEntry } from './listing'

function entry(path: string, isDirectory = false): TreeEntry {
  return { name: path.slice(path.lastIndexOf('/') + 1), path, isDirectory, isLink: false }
}

it('puts directories first, and numbers in their order', () => {
  const names = {
    path: '/',
    directories: ['z'],
    files: ['b10', 'b9', 'a'],
    links: ['b9'],
    is_truncated: false,
  }
  expect(entriesOf(names)).toEqual([
    entry('/z', true),
    entry('/a'),
    { ...entry('/b9'), isLink: true },
    entry('/b10'),
  ])
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

it('leaves a link to a directory one, which is told as a file', () => {
  const before = [{ ...entry('/app/packages', true), isLink: true }]
  expect(applyEvents(before, [{ event: 'add', path: '/app/packages' }])).toBe(before)
  expect(applyEvents(before, [{ event: 'unlink', path: '/app/packages' }])).toEqual([])
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

it('sorts 100,000 names without a noticeable wait, and one more after that', () => {
  const files = Array.from({ length: 100_000 }, (_, i) => `file-${(i * 7919) % 100_000}`)
  const sorted = entriesOf({ path: '/d', directories: ['sub'], files, links: [], is_truncated: false })
  expect(sorted.slice(0, 3).map((each) => each.name)).toEqual(['sub', 'file-0', 'file-1'])
  const after = applyEvents(sorted, [{ event: 'add', path: '/d/file-00' }])
  expect(after.slice(0, 3).map((each) => each.name)).toEqual(['sub', 'file-0', 'file-00'])
  expect(after).toHaveLength(100_002)
})

it('believes the last of several events of one path', () => {
  const before = [entry('/app/a.ts')]
  const events = ['unlink', 'add', 'unlink', 'addDir'] as const
  expect(
    applyEvents(
      before,
      events.map((event) => ({ event, path: '/app/a.ts' })),
    ),
  ).toEqual([entry('/app/a.ts', true)])
})

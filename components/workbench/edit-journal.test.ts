import 'fake-indexeddb/auto'
import { expect, it } from 'vitest'
import { EditJournal, type JournalEntry } from './edit-journal'

// Without the browser's locks, as here, every other tab counts as gone; two tabs that live are in `e2e/edits.spec.ts`.

let scopes = 0

function scope(): string {
  return `sandbox ${++scopes}`
}

function edit(path: string, text: string, atMs = 1): JournalEntry {
  return { path, text, etag: '"1"', atMs }
}

async function texts(journal: EditJournal): Promise<string[]> {
  return (await journal.list()).map((entry) => entry.text)
}

it('gives back what a page kept before it was gone', async () => {
  const name = scope()
  await new EditJournal(name).put(edit('/a', 'mine'))
  expect(await new EditJournal(name).restore()).toMatchObject([edit('/a', 'mine')])
})

it('keeps the edits of two tabs in one file apart', async () => {
  const name = scope()
  const [first, second] = [new EditJournal(name), new EditJournal(name)]
  await first.put(edit('/a', 'of the first'))
  await second.put(edit('/a', 'of the second', 2))
  await second.remove('/a')
  expect(await texts(first)).toEqual(['of the first'])
})

it('gives the latest edit of a file, and an older one when that is done with', async () => {
  const name = scope()
  await new EditJournal(name).put(edit('/a', 'older', 1))
  await new EditJournal(name).put(edit('/a', 'newer', 2))
  const next = new EditJournal(name)
  expect(await next.restore()).toMatchObject([{ text: 'newer' }])
  await next.remove('/a')
  expect(await new EditJournal(name).restore()).toMatchObject([{ text: 'older' }])
})

it('does not give one edit to two tabs', async () => {
  const name = scope()
  await new EditJournal(name).put(edit('/a', 'mine'))
  const both = await Promise.all([new EditJournal(name).restore(), new EditJournal(name).restore()])
  expect(await texts(new EditJournal(name))).toEqual(['mine'])
  expect(both.flat()).toHaveLength(1)
})

it('moves an edit with its file', async () => {
  const journal = new EditJournal(scope())
  await journal.put(edit('/a', 'mine'))
  await journal.move('/a', edit('/b', 'mine'))
  expect(await journal.list()).toMatchObject([{ path: '/b', text: 'mine' }])
})

it('keeps sandboxes apart, and forgets one as a whole', async () => {
  const [ended, other] = [new EditJournal(scope()), new EditJournal(scope())]
  await ended.put(edit('/a', 'of the ended'))
  await other.put(edit('/a', 'of the other'))
  await ended.clear()
  expect(await texts(ended)).toEqual([])
  expect(await texts(other)).toEqual(['of the other'])
})

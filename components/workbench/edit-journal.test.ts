import 'fake-indexeddb/auto'
import { afterEach, expect, it, vi } from 'vitest'
import { EditJournal, type JournalEntry } from './edit-journal'

// Without the browser's locks, as here, every other tab counts as gone; two tabs that live are in `e2e/edits.spec.ts`.

let scopes = 0

afterEach(() => vi.unstubAllGlobals())

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

it('gives to the next tab what the database was too slow for, until that is done with', async () => {
  const name = scope()
  const gone = new EditJournal(name)
  await gone.put(edit('/a', 'older'))
  vi.stubGlobal('localStorage', storage())
  // As where the page is gone while a write waits: nothing of it is done.
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
    throw new Error('gone')
  })
  await expect(gone.putAtOnce(edit('/a', 'newer', 2))).rejects.toThrow('gone')
  await expect(gone.putAtOnce(edit('/b', 'only here', 3))).rejects.toThrow('gone')
  vi.restoreAllMocks()

  const next = new EditJournal(name)
  expect(await next.restore()).toMatchObject([edit('/a', 'newer', 2), edit('/b', 'only here', 3)])
  expect(await next.list()).toHaveLength(2)
  await next.remove('/a')
  await next.remove('/b')
  expect(await new EditJournal(name).restore()).toEqual([])
})

it('keeps no last words once the database has them', async () => {
  const kept = storage()
  vi.stubGlobal('localStorage', kept)
  const journal = new EditJournal(scope())
  await journal.list()
  await journal.putAtOnce(edit('/a', 'mine'))
  expect(Object.keys(kept)).toEqual([])
  expect(await texts(journal)).toEqual(['mine'])
})

/** As the browser's: what is in it are properties of its own. */
function storage(): Record<string, string> {
  return Object.create({
    getItem(this: Record<string, string>, key: string) {
      return this[key] ?? null
    },
    setItem(this: Record<string, string>, key: string, value: string) {
      this[key] = value
    },
    removeItem(this: Record<string, string>, key: string) {
      delete this[key]
    },
  })
}

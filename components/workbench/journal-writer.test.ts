import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { EditJournal } from './edit-journal'
import { JournalWriter } from './journal-writer'

let journal: EditJournal
let writer: JournalWriter
let text: string | null
let scopes = 0

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  text = null
  journal = new EditJournal(`sandbox ${++scopes}`)
  writer = new JournalWriter(journal, (path) => (text === null ? null : { path, text, etag: null, atMs: 1 }))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function type(typed: string): void {
  text = typed
  writer.soon('/a')
}

async function kept(): Promise<string | undefined> {
  // Both wait for the database to be opened, the write a few steps longer.
  await journal.list()
  return (await journal.list())[0]?.text
}

it('writes when typing pauses', async () => {
  type('mine')
  vi.advanceTimersByTime(399)
  expect(await kept()).toBeUndefined()
  vi.advanceTimersByTime(1)
  expect(await kept()).toBe('mine')
})

it('writes at least once a second where typing never pauses', async () => {
  for (let key = 1; key <= 20; key++) {
    type(`${key}`)
    vi.advanceTimersByTime(100)
  }
  expect(await kept()).toBe('20')
})

it('writes at once where the page may be gone in a moment', async () => {
  type('mine')
  writer.flush()
  expect(await kept()).toBe('mine')
})

it('writes nothing of what was saved meanwhile', async () => {
  type('mine')
  text = null
  writer.forget('/a')
  vi.runAllTimers()
  expect(await kept()).toBeUndefined()
})

it('says that the browser keeps an edit not, tries again, and says when it does', async () => {
  vi.stubGlobal('indexedDB', {
    open: () => {
      throw new Error('no storage')
    },
  })
  type('mine')
  writer.flush()
  await vi.waitUntil(() => !writer.keepsAll.get())
  vi.unstubAllGlobals()
  vi.advanceTimersByTime(5000)
  await vi.waitUntil(() => writer.keepsAll.get())
  expect(await kept()).toBe('mine')
})

import 'fake-indexeddb/auto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SandboxClient } from '@/lib/client/sandbox-client'
import { EditJournal } from './edit-journal'
import type { TextBuffer } from './open-file'
import { OpenFiles } from './open-files'

/** Files over real HTTP, with etags and conditions as the sandbox API has them. */
const disk = new Map<string, { text: string; version: number }>()
let baseUrl = ''
let reads = 0
let close: () => void = () => undefined
let journal: EditJournal
let files: OpenFiles

beforeEach(async () => {
  disk.clear()
  reads = 0
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  close = () => {
    server.closeAllConnections()
    server.close()
  }
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  journal = new EditJournal(baseUrl)
  files = new OpenFiles(new SandboxClient({ baseUrl }), journal)
})
afterEach(() => close())

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = decodeURIComponent((request.url ?? '').slice('/raw/'.length))
  const file = disk.get(path)
  const etag = file ? `"${file.version}"` : undefined
  const refuse = (status: number, code: string) =>
    response.writeHead(status).end(JSON.stringify({ error: code, code }))
  if (request.method === 'GET') {
    reads++
    if (!file) return void refuse(404, 'file_not_found')
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end()
    const body = Buffer.from(file.text)
    return void response.writeHead(200, { etag, 'content-length': body.length }).end(body)
  }
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers
  if ((ifMatch && ifMatch !== etag) || (ifNoneMatch === '*' && file)) {
    return void refuse(412, 'precondition_failed')
  }
  const version = write(path, text)
  const info = { name: 'x', path, size: text.length, is_dir: false, modified_at: '', etag: `"${version}"` }
  response.writeHead(200).end(JSON.stringify(info))
}

function write(path: string, text: string): number {
  const version = (disk.get(path)?.version ?? 0) + 1
  disk.set(path, { text, version })
  return version
}

/** A text buffer as an editor has one, without the editor. */
class Typed implements TextBuffer {
  text: string
  version = 1
  saved = 1
  constructor(text: string) {
    this.text = text
  }
  type(path: string, text: string) {
    this.replace(text)
    files.edited(path, this.version !== this.saved)
  }
  read() {
    return { text: this.text, version: this.version }
  }
  replace(text: string) {
    this.text = text
    this.version++
  }
  markSaved(version: number) {
    this.saved = version
    return this.version !== version
  }
  close() {
    this.text = ''
  }
}

async function openTyped(path: string): Promise<Typed> {
  files.open(path)
  await loaded(path)
  const content = files.find(path)?.content
  const buffer = new Typed(content?.kind === 'text' ? content.text : '')
  files.attach(path, buffer)
  return buffer
}

/** The page is gone, and comes back with its tabs. */
async function reload(): Promise<void> {
  files.journal.flush()
  const paths = files.state.get().files.map((file) => file.path)
  const { activePath } = files.state.get()
  journal = new EditJournal(baseUrl)
  files = new OpenFiles(new SandboxClient({ baseUrl }), journal)
  files.restore(paths, activePath, await journal.restore())
  if (activePath) await loaded(activePath)
}

async function loaded(path: string) {
  await vi.waitUntil(() => !['unloaded', 'loading'].includes(files.find(path)?.content.kind ?? ''))
}

describe('saving', () => {
  it('writes what was typed and is clean afterwards', async () => {
    write('/a', 'old')
    const buffer = await openTyped('/a')
    buffer.type('/a', 'new')
    expect(files.find('/a')?.isDirty).toBe(true)
    await files.save('/a')
    expect(disk.get('/a')?.text).toBe('new')
    expect(files.find('/a')?.isDirty).toBe(false)
  })

  it('stays dirty where more was typed during the save', async () => {
    write('/a', 'old')
    const buffer = await openTyped('/a')
    buffer.type('/a', 'new')
    const saving = files.save('/a')
    buffer.type('/a', 'newer')
    await saving
    expect(disk.get('/a')?.text).toBe('new')
    expect(files.find('/a')?.isDirty).toBe(true)
  })

  it('saves once more where it was asked to during a save', async () => {
    write('/a', 'old')
    const buffer = await openTyped('/a')
    buffer.type('/a', 'new')
    const saving = files.save('/a')
    buffer.type('/a', 'newer')
    await Promise.all([saving, files.save('/a')])
    expect(disk.get('/a')?.text).toBe('newer')
  })

  it('never overwrites what somebody else wrote: it becomes a conflict', async () => {
    write('/a', 'old')
    const buffer = await openTyped('/a')
    buffer.type('/a', 'mine')
    write('/a', 'theirs')
    await files.save('/a')
    expect(disk.get('/a')?.text).toBe('theirs')
    expect(files.find('/a')?.problem).toMatchObject({ kind: 'conflict', theirText: 'theirs' })
  })

  it('overwrites on demand, or takes theirs', async () => {
    write('/a', 'old')
    write('/b', 'old')
    for (const path of ['/a', '/b']) (await openTyped(path)).type(path, 'mine')
    for (const path of ['/a', '/b']) write(path, 'theirs')
    await files.saveAll()
    await files.overwrite('/a')
    files.takeTheirs('/b')
    expect(disk.get('/a')?.text).toBe('mine')
    expect(files.textOf('/b')).toBe('theirs')
    expect(files.state.get().files.map((file) => file.isDirty)).toEqual([false, false])
  })

  it('makes a deleted file again', async () => {
    write('/a', 'old')
    await openTyped('/a')
    disk.delete('/a')
    await files.changedOutside(['/a'])
    expect(files.find('/a')?.problem).toEqual({ kind: 'deleted' })
    await files.save('/a')
    expect(disk.get('/a')?.text).toBe('old')
    expect(files.find('/a')?.problem).toBeNull()
  })
})

describe('a change outside', () => {
  it('is taken over where nothing was typed', async () => {
    write('/a', 'old')
    await openTyped('/a')
    write('/a', 'theirs')
    await files.changedOutside(['/a'])
    expect(files.textOf('/a')).toBe('theirs')
    expect(files.find('/a')).toMatchObject({ isDirty: false, problem: null })
  })

  it('is a conflict where something was typed, and the typed text stays', async () => {
    write('/a', 'old')
    const buffer = await openTyped('/a')
    buffer.type('/a', 'mine')
    write('/a', 'theirs')
    await files.changedOutside(['/a'])
    expect(files.textOf('/a')).toBe('mine')
    expect(files.find('/a')?.problem?.kind).toBe('conflict')
  })

  it('of a directory is looked for in all that is open below', async () => {
    write('/d/a', 'old')
    await openTyped('/d/a')
    write('/d/a', 'theirs')
    await files.changedOutside(['/d'])
    expect(files.textOf('/d/a')).toBe('theirs')
  })
})

describe('tabs', () => {
  it('show files in passing until one is edited', async () => {
    for (const path of ['/a', '/b', '/c']) write(path, path)
    files.open('/a', { isPreview: true })
    files.open('/b', { isPreview: true })
    expect(files.state.get().files.map((file) => file.path)).toEqual(['/b'])
    await loaded('/b')
    files.edited('/b', true)
    files.open('/c', { isPreview: true })
    expect(files.state.get().files.map((file) => file.path)).toEqual(['/b', '/c'])
  })

  it('come back with edits that were not saved', async () => {
    const version = write('/a', 'disk')
    files.restore(['/a'], '/a', [{ path: '/a', text: 'edit', etag: `"${version}"`, atMs: 1 }])
    await loaded('/a')
    expect(files.textOf('/a')).toBe('edit')
    expect(files.find('/a')).toMatchObject({ isDirty: true, problem: null })
  })

  it('come back as a conflict where the file has changed since', async () => {
    write('/a', 'first')
    write('/a', 'second')
    files.restore([], null, [{ path: '/a', text: 'edit', etag: '"1"', atMs: 1 }])
    await loaded('/a')
    expect(files.textOf('/a')).toBe('edit')
    expect(files.find('/a')?.problem).toMatchObject({ kind: 'conflict', theirText: 'second' })
  })

  it('follow a file that was moved, with what was typed in it', async () => {
    write('/d/a', 'old')
    const buffer = await openTyped('/d/a')
    buffer.type('/d/a', 'mine')
    disk.set('/e/a', { text: 'old', version: 1 })
    disk.delete('/d/a')
    await files.moved('/d', '/e')
    expect(files.find('/d/a')).toBeUndefined()
    expect(files.textOf('/e/a')).toBe('mine')
    expect(files.state.get().activePath).toBe('/e/a')
  })
})

describe('an edit that was not saved', () => {
  it('is there after a reload', async () => {
    write('/a', 'old')
    const buffer = await openTyped('/a')
    buffer.type('/a', 'mine')
    await reload()
    expect(files.textOf('/a')).toBe('mine')
    expect(files.find('/a')).toMatchObject({ isDirty: true, problem: null })
  })

  it('is there after its file was renamed and the page reloaded', async () => {
    write('/a', 'old')
    const buffer = await openTyped('/a')
    buffer.type('/a', 'mine')
    disk.set('/b', { text: 'old', version: 1 })
    disk.delete('/a')
    await files.moved('/a', '/b')
    await reload()
    expect(files.textOf('/b')).toBe('mine')
    expect(files.find('/b')).toMatchObject({ isDirty: true, problem: null })
    expect(files.find('/a')).toBeUndefined()
  })

  it('goes with its file, though its tab was not looked at since the reload', async () => {
    for (const path of ['/a', '/b']) write(path, 'old')
    ;(await openTyped('/a')).type('/a', 'mine')
    await openTyped('/b')
    await reload()
    disk.set('/c', { text: 'old', version: 1 })
    disk.delete('/a')
    await files.moved('/a', '/c')
    await reload()
    expect(files.find('/c')?.isDirty).toBe(true)
    files.activate('/c')
    await loaded('/c')
    expect(files.textOf('/c')).toBe('mine')
  })

  it('stays where it is when its new place is taken by another edit', async () => {
    for (const path of ['/a', '/b']) {
      write(path, 'old')
      ;(await openTyped(path)).type(path, `mine in ${path}`)
    }
    await files.moved('/a', '/b')
    expect([files.textOf('/a'), files.textOf('/b')]).toEqual(['mine in /a', 'mine in /b'])
  })

  it('is saved from a tab that was not looked at since the reload', async () => {
    for (const path of ['/a', '/b']) write(path, 'old')
    ;(await openTyped('/a')).type('/a', 'mine')
    await openTyped('/b')
    await reload()
    await files.saveAll()
    expect(disk.get('/a')?.text).toBe('mine')
    expect(await journal.list()).toEqual([])
  })

  it('outlives a save that fails, and a reload after it', async () => {
    write('/a', 'old')
    const buffer = await openTyped('/a')
    buffer.type('/a', 'mine')
    close()
    await expect(files.save('/a')).rejects.toThrow('cannot be reached')
    await reload()
    expect(files.find('/a')).toMatchObject({ isDirty: true, content: { kind: 'failed' } })
    await expect(files.save('/a')).rejects.toThrow('cannot be reached')
    expect(await journal.list()).toMatchObject([{ path: '/a', text: 'mine' }])
  })

  it('outlives a conflict and a reload: it is still a conflict', async () => {
    write('/a', 'old')
    const buffer = await openTyped('/a')
    buffer.type('/a', 'mine')
    write('/a', 'theirs')
    await files.save('/a')
    await reload()
    expect(files.textOf('/a')).toBe('mine')
    expect(files.find('/a')?.problem).toMatchObject({ kind: 'conflict', theirText: 'theirs' })
  })

  it('is shown where the file is no text any more', async () => {
    write('/a', 'old')
    const buffer = await openTyped('/a')
    buffer.type('/a', 'mine')
    write('/a', 'a\0b')
    await reload()
    expect(files.textOf('/a')).toBe('mine')
    expect(files.find('/a')).toMatchObject({ isDirty: true, problem: { kind: 'replaced' } })
    await files.overwrite('/a')
    expect(disk.get('/a')?.text).toBe('mine')
  })

  it('is no conflict where the file says the same by now', async () => {
    write('/a', 'old')
    const buffer = await openTyped('/a')
    buffer.type('/a', 'mine')
    write('/a', 'mine')
    await files.save('/a')
    expect(files.find('/a')).toMatchObject({ isDirty: false, problem: null })
  })

  it('is not loaded over, nor by what was opened before the journal was read', async () => {
    write('/a', 'old')
    const buffer = await openTyped('/a')
    buffer.type('/a', 'mine')
    await files.load('/a')
    files.restore(['/a'], '/a', [{ path: '/a', text: 'kept', etag: null, atMs: 1 }])
    expect(files.textOf('/a')).toBe('mine')
  })

  it('keeps nothing once it was saved, or its tab closed', async () => {
    for (const path of ['/a', '/b']) {
      write(path, 'old')
      ;(await openTyped(path)).type(path, 'mine')
    }
    files.journal.flush()
    await files.save('/a')
    files.close('/b')
    await vi.waitUntil(async () => (await journal.list()).length === 0)
  })
})

it('reads a file once that was asked for ahead of its tab', async () => {
  write('/a', 'old')
  files.readAhead('/a')
  await openTyped('/a')
  expect(files.textOf('/a')).toBe('old')
  expect(reads).toBe(1)
})

describe('what is no text', () => {
  it('is said, not shown', async () => {
    write('/bin', 'a\0b')
    files.open('/bin')
    await loaded('/bin')
    expect(files.find('/bin')?.content).toEqual({ kind: 'binary', sizeBytes: 3 })
  })

  it('keeps a file that cannot be read as a failure with its reason', async () => {
    files.open('/missing')
    await loaded('/missing')
    expect(files.find('/missing')?.content).toEqual({ kind: 'failed', message: 'file_not_found' })
  })
})

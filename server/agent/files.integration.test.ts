import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  BatchResults,
  FileEntry,
  Listing,
  NameMatches,
  Names,
  TextMatches,
} from '@/server/agent-contract'
import { eventually, startAgent, type TestAgent } from './testing'

const MiB = 1024 * 1024

let agent: TestAgent
beforeAll(async () => {
  agent = await startAgent()
})
afterAll(() => agent.stop())

const at = (name: string) => `${agent.directory}/${name}`
const query = (name: string, more = '') => `path=${encodeURIComponent(at(name))}${more}`
const read = (name: string, headers = {}) => agent.call('GET', `/files/content?${query(name)}`, { headers })
const write = (name: string, body: string | Buffer, headers = {}) =>
  agent.call('PUT', `/files/content?${query(name)}`, { body, headers })

const residentBytes = () =>
  1024 * Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${agent.pid}/status`, 'utf8'))?.[1])
/** An answer whose body is read by whoever asked; left early, the connection is closed. */
const openReply = (path: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { authorization: 'Bearer a-secret-of-the-tests' }
    request({ socketPath: agent.socketPath, path, headers }, resolve).once('error', reject).end()
  })

describe('a write', () => {
  it('makes the parents and tells the entry, whose etag the next read has', async () => {
    const written = await write('a/b/c.txt', 'one')
    expect(written.status).toBe(200)
    const entry = written.json<FileEntry>()
    expect(entry).toMatchObject({ name: 'c.txt', path: at('a/b/c.txt'), type: 'file', sizeBytes: 3 })
    const back = await read('a/b/c.txt')
    expect(back.body.toString()).toBe('one')
    expect(back.headers.etag).toBe(entry.etag)
    expect(back.headers['content-length']).toBe('3')
    const stat = await agent.call('GET', `/files/stat?${query('a/b/c.txt')}`)
    expect(stat.json<FileEntry>().etag).toBe(entry.etag)
  })

  it('is refused when the file is another than the one that was read', async () => {
    const first = (await write('etag.txt', 'one')).json<FileEntry>()
    expect((await write('etag.txt', 'two', { 'if-match': first.etag })).status).toBe(200)
    const stale = await write('etag.txt', 'three', { 'if-match': first.etag })
    expect(stale.status).toBe(412)
    expect(stale.json()).toMatchObject({ code: 'precondition_failed' })
    expect((await write('etag.txt', 'three', { 'if-none-match': '*' })).status).toBe(412)
    expect((await write('new.txt', 'x', { 'if-match': first.etag })).status).toBe(412)
    expect(readFileSync(at('etag.txt'), 'utf8')).toBe('two')
  })

  it('notices a change from outside in the same moment and of the same size', async () => {
    const { etag } = (await write('same.txt', 'aaa')).json<FileEntry>()
    writeFileSync(at('same.tmp'), 'bbb')
    execFileSync('mv', [at('same.tmp'), at('same.txt')])
    expect((await write('same.txt', 'ccc', { 'if-match': etag })).status).toBe(412)
  })

  it('keeps the mode, and goes through links to what they lead to', async () => {
    writeFileSync(at('script.sh'), '#!/bin/sh')
    chmodSync(at('script.sh'), 0o755)
    symlinkSync('script.sh', at('link.sh'))
    symlinkSync('not-yet/made.txt', at('dangling'))
    expect((await write('link.sh', 'changed')).json<FileEntry>()).toMatchObject({ type: 'file', mode: 0o755 })
    expect(readFileSync(at('script.sh'), 'utf8')).toBe('changed')
    expect((await write('dangling', 'now')).status).toBe(200)
    expect(readFileSync(at('not-yet/made.txt'), 'utf8')).toBe('now')
  })

  it('that is cut short leaves the old file and nothing beside it', async () => {
    await write('cut/file.txt', 'old')
    const outgoing = request({
      socketPath: agent.socketPath,
      method: 'PUT',
      path: `/files/content?${query('cut/file.txt')}`,
      headers: { authorization: 'Bearer a-secret-of-the-tests', 'content-length': 10 * 2 ** 30 },
    })
    outgoing.on('error', () => undefined)
    outgoing.write('only this')
    await eventually(() => readdirSync(at('cut')).length === 2)
    outgoing.destroy()
    await eventually(() => readdirSync(at('cut')).length === 1)
    expect(readFileSync(at('cut/file.txt'), 'utf8')).toBe('old')
  })

  it('is never seen half by a reader', async () => {
    const contents = ['a', 'b'].map((char) => Buffer.alloc(300_000, char))
    await write('whole.bin', contents[0] as Buffer)
    const writing = (async () => {
      for (let i = 0; i < 30; i++) await write('whole.bin', contents[i % 2] as Buffer)
    })()
    let isWriting = true
    void writing.then(() => {
      isWriting = false
    })
    while (isWriting) {
      const { body } = await read('whole.bin')
      expect(body.length).toBe(300_000)
      expect(contents.some((content) => content.equals(body))).toBe(true)
    }
    await writing
  })
})

describe('a read', () => {
  it('gives ranges, also from the end, and says when there is none', async () => {
    const big = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => i % 251))
    await write('big.bin', big)
    await write('small.bin', big.subarray(0, 1000))
    for (const [name, size] of [
      ['big.bin', 3_000_000],
      ['small.bin', 1000],
    ] as const) {
      const whole = await read(name)
      expect(whole.status).toBe(200)
      expect(whole.body.equals(big.subarray(0, size))).toBe(true)
      const middle = await read(name, { range: 'bytes=10-19' })
      expect(middle.status).toBe(206)
      expect(middle.headers['content-range']).toBe(`bytes 10-19/${size}`)
      expect(middle.headers['content-length']).toBe('10')
      expect(middle.body.equals(big.subarray(10, 20))).toBe(true)
      const tail = await read(name, { range: 'bytes=-7' })
      expect(tail.body.equals(big.subarray(size - 7, size))).toBe(true)
      const rest = await read(name, { range: `bytes=${size - 3}-` })
      expect(rest.body.equals(big.subarray(size - 3, size))).toBe(true)
      const outside = await read(name, { range: `bytes=${size}-` })
      expect(outside.status).toBe(416)
      expect(outside.headers['content-range']).toBe(`bytes */${size}`)
      const cached = await read(name, { 'if-none-match': String(whole.headers.etag) })
      expect([cached.status, cached.body.length]).toEqual([304, 0])
      const stale = await read(name, { range: 'bytes=0-1', 'if-range': '"other"' })
      expect([stale.status, stale.body.length]).toEqual([200, size])
    }
  })

  it('of 2 GB gives any part, and begins without the agent holding the rest', async () => {
    const sizeBytes = 2 * 2 ** 30
    execFileSync('sh', ['-c', `truncate -s ${sizeBytes - 3} huge.bin && printf end >> huge.bin`], {
      cwd: agent.directory,
    })
    const tail = await read('huge.bin', { range: 'bytes=-5' })
    expect(tail.headers['content-range']).toBe(`bytes ${sizeBytes - 5}-${sizeBytes - 1}/${sizeBytes}`)
    expect(tail.body.toString()).toBe('\0\0end')
    const before = residentBytes()
    const reply = await openReply(`/files/content?${query('huge.bin')}`)
    expect(reply.headers['content-length']).toBe(String(sizeBytes))
    let taken = 0
    for await (const piece of reply) {
      taken += piece.length
      if (taken > 100 * MiB) break
    }
    expect((await agent.call('GET', '/health')).status).toBe(200)
    expect(residentBytes() - before).toBeLessThan(64 * MiB)
    expect((await agent.call('DELETE', `/files?${query('huge.bin')}`)).status).toBe(204)
  })

  it('gives empty files and those of /proc', async () => {
    await write('empty', '')
    const empty = await read('empty')
    expect([empty.status, empty.body.length]).toEqual([200, 0])
    const proc = await agent.call('GET', '/files/content?path=/proc/self/status')
    expect(proc.body.toString()).toContain('Name:')
  })

  it('does not hang on pipes, sockets and devices', async () => {
    execFileSync('mkfifo', [at('pipe')])
    for (const path of [at('pipe'), agent.socketPath, '/dev/zero', '/dev/tty']) {
      const refused = await agent.call('GET', `/files/content?path=${path}`)
      expect(refused.json()).toMatchObject({ code: 'unsupported' })
    }
    expect((await write('pipe', 'x')).json()).toMatchObject({ code: 'unsupported' })
  })
})

describe('a path', () => {
  const long = `/${'a'.repeat(4094)}`
  const cases: [string, string, string][] = [
    ['relative', 'a.txt', 'invalid_path'],
    ['with NUL', '/a%00b', 'invalid_path'],
    ['that is not UTF-8', '/a%ff%fe', 'invalid_path'],
    ['cut in an escape', '/a%f', 'invalid_path'],
    ['of 4,096 bytes', `${long}a`, 'invalid_path'],
    ['with a name of 4,094 bytes', long, 'invalid_path'],
    ['with a name of 256 bytes', `/${'é'.repeat(128)}`, 'invalid_path'],
    ['through a file', '/etc/passwd/x', 'not_directory'],
    ['to nothing', '/no/such/file', 'file_not_found'],
    ['to a directory', '/tmp', 'is_directory'],
  ]
  it.each(cases)('%s is refused by its own code', async (_name, path, code) => {
    const reply = await agent.call('GET', `/files/content?path=${path}`)
    expect(reply.json()).toMatchObject({ code, message: expect.any(String) })
    expect(reply.status).toBeGreaterThanOrEqual(400)
  })

  it('that leads to a name with bytes that are not UTF-8 is refused, and never to another file', async () => {
    mkdirSync(at('bytes'))
    const [odd, twin] = [Buffer.from([0x62, 0xff]), 'b\ufffd']
    const inside = (name: Buffer | string) => Buffer.concat([Buffer.from(at('bytes/')), Buffer.from(name)])
    writeFileSync(inside(odd), 'odd')
    writeFileSync(inside(twin), 'twin')
    mkdirSync(inside(Buffer.from([0x64, 0xff])))
    mkdirSync(inside('d\ufffd'))
    writeFileSync(inside('d\ufffd/of-the-twin'), '')
    symlinkSync(odd, at('bytes/link'))
    writeFileSync(at('plain'), 'plain')

    const tree = (await agent.call('GET', `/files/tree?${query('bytes')}`)).json<Listing>()
    expect(tree.entries.map(({ name, type }) => [name, type]).sort()).toEqual(
      [twin, twin, 'd\ufffd', 'd\ufffd'].map((name) => [name, 'other']).concat([['link', 'symlink']]),
    )
    const acts = [
      () => read(`bytes/${twin}`),
      () => write(`bytes/${twin}`, 'new'),
      () => write('bytes/link', 'new'),
      () => agent.call('DELETE', `/files?${query(`bytes/${twin}`)}`),
      () => agent.call('GET', `/files/list?${query('bytes/d\ufffd')}`),
      () => agent.call('POST', '/files/move', { body: { from: at(`bytes/${twin}`), to: at('moved') } }),
      () => agent.call('POST', '/files/move', { body: { from: at('plain'), to: at(`bytes/${twin}`) } }),
      () => agent.call('POST', '/files/copy', { body: { from: at('bytes'), to: at('copied') } }),
      () => agent.call('POST', '/files/copy', { body: { from: at('bytes/link'), to: at('copied') } }),
    ]
    for (const act of acts) expect((await act()).json(), String(act)).toMatchObject({ code: 'invalid_path' })
    expect([inside(odd), inside(twin)].map((path) => readFileSync(path, 'utf8'))).toEqual(['odd', 'twin'])
    expect([existsSync(at('copied')), existsSync(at('moved'))]).toEqual([false, false])

    const renamed = { from: at('bytes'), to: at('renamed') }
    expect((await agent.call('POST', '/files/move', { body: renamed })).status).toBe(200)
    expect((await agent.call('DELETE', `/files?${query('renamed')}`)).status).toBe(204)
    expect(existsSync(at('renamed'))).toBe(false)
  })

  it('missing from the query is said so', async () => {
    expect((await agent.call('GET', '/files/content')).json()).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('path'),
    })
  })

  it('with .. and blanks and umlauts means what Linux means by it', async () => {
    await write('ä b/ö+c.txt', 'here')
    const around = await agent.call(
      'GET',
      `/files/content?path=${encodeURIComponent(at('a/../ä b/./ö+c.txt'))}`,
    )
    expect(around.body.toString()).toBe('here')
  })

  it('through a loop of links is refused', async () => {
    symlinkSync('loop-b', at('loop-a'))
    symlinkSync('loop-a', at('loop-b'))
    expect((await read('loop-a')).json()).toMatchObject({ code: 'invalid_path' })
    expect((await write('loop-a', 'x')).json()).toMatchObject({ code: 'invalid_path' })
    const entry = (await agent.call('GET', `/files/stat?${query('loop-a')}`)).json<FileEntry>()
    expect(entry).toMatchObject({ type: 'symlink', targetType: null })
  })
})

describe('lists', () => {
  beforeAll(() => {
    for (const name of ['src/deep/er', 'node_modules/x', 'dist'])
      mkdirSync(at(`list/${name}`), { recursive: true })
    for (const name of ['a.ts', 'src/b.ts', 'src/deep/er/c.log', 'node_modules/x/d.js', 'dist/e.js']) {
      writeFileSync(at(`list/${name}`), 'text')
    }
    symlinkSync('..', at('list/src/up'))
  })
  const names = (listing: Listing) => listing.entries.map((entry) => entry.path.slice(at('list/').length))

  it('the names of direct children, links by what they lead to', async () => {
    mkdirSync(at('names/sub'), { recursive: true })
    writeFileSync(at('names/a'), '')
    symlinkSync('sub', at('names/to-directory'))
    symlinkSync('a', at('names/to-file'))
    symlinkSync('nowhere', at('names/to-nothing'))
    const { directories, files, links, isTruncated } = (
      await agent.call('GET', `/files/names?${query('names')}`)
    ).json<Names>()
    expect(directories.sort()).toEqual(['sub', 'to-directory'])
    expect(files.sort()).toEqual(['a', 'to-file', 'to-nothing'])
    expect(links.sort()).toEqual(['to-directory', 'to-file', 'to-nothing'])
    expect(isTruncated).toBe(false)
    expect((await agent.call('GET', `/files/names?${query('names/a')}`)).status).toBe(400)
    expect((await agent.call('GET', `/files/names?${query('names/missing')}`)).status).toBe(404)
  })

  it('hold direct children', async () => {
    const listing = (await agent.call('GET', `/files/list?${query('list')}`)).json<Listing>()
    expect(names(listing)).toEqual(['a.ts', 'dist', 'node_modules', 'src'])
    expect(listing.entries[0]).toMatchObject({ type: 'file', sizeBytes: 4, etag: expect.any(String) })
  })

  it('hold everything below, parents first, never following links', async () => {
    const listing = (await agent.call('GET', `/files/tree?${query('list')}`)).json<Listing>()
    const found = names(listing)
    expect([...found].sort()).toEqual(
      [
        'a.ts',
        'dist',
        'dist/e.js',
        'node_modules',
        'node_modules/x',
        'node_modules/x/d.js',
        'src',
        'src/b.ts',
        'src/deep',
        'src/deep/er',
        'src/deep/er/c.log',
        'src/up',
      ].sort(),
    )
    for (const [i, path] of found.entries()) {
      const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : undefined
      if (parent) expect(found.indexOf(parent)).toBeLessThan(i)
    }
    expect(listing.entries.find((entry) => entry.name === 'up')).toMatchObject({
      type: 'symlink',
      targetType: 'directory',
    })
  })

  it('leave out what is ignored, by name, by glob and by path', async () => {
    const ignore = ['node_modules', '*.log', 'dist/**']
      .map((glob) => `&ignore=${encodeURIComponent(glob)}`)
      .join('')
    const listing = (await agent.call('GET', `/files/tree?${query('list', ignore)}`)).json<Listing>()
    expect(names(listing).sort()).toEqual(['a.ts', 'src', 'src/b.ts', 'src/deep', 'src/deep/er', 'src/up'])
  })

  it('stop at the limit and say so', async () => {
    const tree = (await agent.call('GET', `/files/tree?${query('list', '&limit=3')}`)).json<Listing>()
    expect([tree.entries.length, tree.isTruncated]).toEqual([3, true])
    const list = (await agent.call('GET', `/files/list?${query('list', '&limit=4')}`)).json<Listing>()
    expect([list.entries.length, list.isTruncated]).toEqual([4, false])
    for (const limit of ['x', '-1', '1.5']) {
      const bad = await agent.call('GET', `/files/list?${query('list', `&limit=${limit}`)}`)
      expect(bad.json()).toMatchObject({ code: 'bad_request', message: expect.stringContaining('limit') })
    }
  })

  it('take a directory of 100,000 entries while others are answered', async () => {
    mkdirSync(at('huge'))
    execFileSync('sh', ['-c', 'seq 1 100000 | xargs touch'], { cwd: at('huge') })
    const listing = agent.call('GET', `/files/list?${query('huge')}`)
    expect((await agent.call('GET', '/health')).status).toBe(200)
    expect((await listing).json<Listing>().entries.length).toBe(100_000)
    expect((await agent.call('DELETE', `/files?${query('huge')}`)).status).toBe(204)
    expect(existsSync(at('huge'))).toBe(false)
  }, 60_000)
})

describe('changes', () => {
  const change = (what: 'move' | 'copy', from: string, to: string, overwrite?: boolean) =>
    agent.call('POST', `/files/${what}`, { body: { from: at(from), to: at(to), overwrite } })

  it('move and copy files and directories', async () => {
    await write('m/one/file.txt', 'content')
    expect((await change('copy', 'm/one', 'm/two')).json<FileEntry>()).toMatchObject({
      type: 'directory',
      name: 'two',
    })
    expect((await change('move', 'm/two', 'm/new/three')).status).toBe(200)
    expect(readFileSync(at('m/new/three/file.txt'), 'utf8')).toBe('content')
    expect(existsSync(at('m/two'))).toBe(false)
    expect(readFileSync(at('m/one/file.txt'), 'utf8')).toBe('content')
  })

  it('do not overwrite unless told', async () => {
    await write('o/a', 'a')
    await write('o/b', 'b')
    await write('o/dir/c', 'c')
    for (const what of ['move', 'copy'] as const) {
      expect((await change(what, 'o/a', 'o/b')).json()).toMatchObject({ code: 'already_exists' })
    }
    expect((await change('copy', 'o/a', 'o/b', true)).status).toBe(200)
    expect(readFileSync(at('o/b'), 'utf8')).toBe('a')
    expect((await change('move', 'o/a', 'o/dir', true)).status).toBe(200)
    expect(statSync(at('o/dir')).isFile()).toBe(true)
  })

  it('refuse to put a directory into itself, and what is not there', async () => {
    await write('self/x', 'x')
    expect((await change('move', 'self', 'self/inner')).json()).toMatchObject({ code: 'bad_request' })
    expect((await change('copy', 'self', 'self/inner')).json()).toMatchObject({ code: 'bad_request' })
    expect((await change('move', 'self/x', 'self', true)).json()).toMatchObject({ code: 'bad_request' })
    expect((await change('move', 'nothing', 'else')).json()).toMatchObject({ code: 'file_not_found' })
    expect(readFileSync(at('self/x'), 'utf8')).toBe('x')
  })

  it('make and delete directories', async () => {
    const make = (path: string) => agent.call('POST', '/files/directory', { body: { path } })
    expect((await make(at('d/e/f'))).json<FileEntry>()).toMatchObject({ type: 'directory' })
    expect((await make(at('d/e/f'))).status).toBe(200)
    await write('d/file', 'x')
    expect((await make(at('d/file'))).json()).toMatchObject({ code: 'already_exists' })
    expect((await agent.call('DELETE', `/files?${query('d')}`)).status).toBe(204)
    expect((await agent.call('DELETE', `/files?${query('d')}`)).json()).toMatchObject({
      code: 'file_not_found',
    })
    expect((await agent.call('DELETE', '/files?path=/')).json()).toMatchObject({ code: 'bad_request' })
  })
})

describe('a batch', () => {
  it('writes and deletes, one result per path in order, the last operation of a path winning', async () => {
    await write('batch/old', 'x')
    const files = [
      { path: at('batch/z'), operation: 'write', content: 'first' },
      { path: at('batch/z'), operation: 'write', content: 'aMOkc3Q=', encoding: 'base64' },
      { path: at('batch/old'), operation: 'delete' },
      { path: at('batch/bad'), operation: 'write', content: '!', encoding: 'base64' },
      { path: at('batch/none'), operation: 'write' },
      { path: 'relative', operation: 'write', content: 'x' },
    ]
    const { results } = (await agent.call('POST', '/files/batch', { body: { files } })).json<BatchResults>()
    expect(results.map(({ path, error }) => [path.replace(`${agent.directory}/`, ''), error?.code])).toEqual([
      ['batch/bad', 'bad_request'],
      ['batch/none', 'bad_request'],
      ['batch/old', undefined],
      ['batch/z', undefined],
      ['relative', 'invalid_path'],
    ])
    expect(readFileSync(at('batch/z'), 'utf8')).toBe('häst')
    expect(existsSync(at('batch/old'))).toBe(false)
  })

  it('takes a thousand files', async () => {
    const files = Array.from({ length: 1000 }, (_, i) => ({
      path: at(`many/${i % 20}/${i}.txt`),
      operation: 'write',
      content: `file ${i}`,
    }))
    const { results } = (await agent.call('POST', '/files/batch', { body: { files } })).json<BatchResults>()
    expect(results.filter((result) => result.error)).toEqual([])
    expect(readFileSync(at('many/19/999.txt'), 'utf8')).toBe('file 999')
  })

  it('names the field that is wrong, and refuses what is too large before reading it', async () => {
    const bad = await agent.call('POST', '/files/batch', {
      body: { files: [{ path: 5, operation: 'write' }] },
    })
    expect(bad.json()).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('files.0.path'),
    })
    const large = { path: at('large'), operation: 'write', content: 'x'.repeat(65 * 1024 * 1024) }
    const refused = await agent.call('POST', '/files/batch', { body: { files: [large] } })
    expect(refused.json()).toMatchObject({ code: 'too_large' })
  })
})

describe('search', () => {
  beforeAll(async () => {
    const files = ['src/app-header.tsx', 'src/header.ts', 'docs/heads/up.md', 'node_modules/header.js']
    for (const name of files) await write(`search/${name}`, `// ${name}\nconst häuser = "Größe" // (x)\n`)
  })

  it('finds names whose characters come in order, the best first', async () => {
    const find = async (text: string, more = '') =>
      (
        await agent.call('GET', `/files/search/names?${query('search', `&query=${text}${more}`)}`)
      ).json<NameMatches>()
    const header = await find('header.t', '&ignore=node_modules')
    expect(header.paths.map((path) => path.slice(at('search/').length))).toEqual([
      'src/header.ts',
      'src/app-header.tsx',
    ])
    expect((await find('HDUP')).paths).toEqual([at('search/docs/heads/up.md')])
    expect(await find('h', '&limit=1')).toMatchObject({ isTruncated: true, paths: [expect.any(String)] })
    expect(await find('zzz')).toEqual({ paths: [], isTruncated: false })
  })

  it('finds text, with columns in UTF-16 units', async () => {
    const find = async (more: string) =>
      (await agent.call('GET', `/files/search/text?${query('search/src', `&${more}`)}`)).json<TextMatches>()
    const plain = await find(`query=${encodeURIComponent('größe')}`)
    expect(plain.matches).toHaveLength(2)
    expect(plain.matches[0]).toEqual({
      path: at('search/src/app-header.tsx'),
      line: 2,
      column: 17,
      endColumn: 22,
      text: 'const häuser = "Größe" // (x)',
    })
    expect((await find(`query=${encodeURIComponent('größe')}&case=true`)).matches).toEqual([])
    expect((await find(`query=${encodeURIComponent('(x)')}`)).matches).toHaveLength(2)
    expect(await find(`query=${encodeURIComponent('h[äö]u')}&regex=true&limit=1`)).toMatchObject({
      isTruncated: true,
      matches: [{ line: 2 }],
    })
    expect(await find(`query=${encodeURIComponent('(')}&regex=true`)).toMatchObject({ code: 'bad_request' })
    expect(await find('query=const&ignore=*.tsx')).toMatchObject({
      matches: [{ path: at('search/src/header.ts') }],
    })
  })
})

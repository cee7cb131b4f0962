import { existsSync } from 'node:fs'
import { request as sendRequest } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, createSandbox, type Stack, startStack, type TestSandbox } from './stack.test-support'

let stack: Stack
let sandbox: TestSandbox

beforeAll(async () => {
  stack = await startStack()
  const { key } = await stack.newOwner()
  sandbox = await createSandbox(stack, key)
})
afterAll(() => stack.stop())

async function refusal(method: string, path: string, body?: unknown) {
  const response = await sandbox.call(method, path, body)
  const { code, error } = (await response.json()) as Answer
  return { status: response.status, code, error }
}

describe('/files', () => {
  it('writes relative to the directory of the sandbox and reads by absolute path', async () => {
    const made = await sandbox.call('POST', '/files', { path: 'a/b.txt', content: 'Grüße\n' })
    expect(made.status).toBe(201)
    const { file, content } = (await sandbox.json('GET', '/files//workspace/a/b.txt?content=true')).data
    expect(content).toBe('Grüße\n')
    expect(file).toMatchObject({ name: 'b.txt', path: '/workspace/a/b.txt', size: 8, is_dir: false })
    expect((await sandbox.json('GET', '/files/a/b.txt')).data).not.toHaveProperty('content')
  })

  it('lists direct children, the root where nothing is asked for', async () => {
    const { data } = await sandbox.json('GET', '/files')
    expect(data.path).toBe('/')
    expect(data.files).toContainEqual(expect.objectContaining({ name: 'workspace', is_dir: true }))
  })

  it('tells the names in a directory, those of the one it works in where nothing is asked for', async () => {
    await sandbox.call('POST', '/files', { path: 'named/sub/a.txt', content: 'x' })
    await sandbox.call('POST', '/files', { path: 'named/b.txt', content: 'x' })
    expect(await sandbox.json('GET', '/names?path=named')).toEqual({
      path: '/workspace/named',
      directories: ['sub'],
      files: ['b.txt'],
      links: [],
      is_truncated: false,
    })
    const { path, directories } = await sandbox.json('GET', '/names')
    expect({ path, hasNamed: directories.includes('named') }).toEqual({ path: '/workspace', hasNamed: true })
    expect(await refusal('GET', '/names?path=missing')).toMatchObject({ status: 404, code: 'file_not_found' })
  })

  it('takes names with blanks, quotes and signs, each encoded for itself', async () => {
    const name = 'a b#c?%2F "q" ü.txt'
    await sandbox.call('POST', '/files', { path: `/odd/${name}`, content: 'x' })
    const path = `/files//odd/${encodeURIComponent(name)}`
    expect((await sandbox.json('GET', path)).data.file.name).toBe(name)
    expect((await sandbox.call('HEAD', path)).status).toBe(200)
    expect((await sandbox.call('DELETE', path)).status).toBe(204)
    expect((await sandbox.call('HEAD', path)).status).toBe(404)
  })

  it('says what is missing, what is a directory and what cannot be deleted', async () => {
    expect(await refusal('GET', '/files//no/such')).toEqual({
      status: 404,
      code: 'file_not_found',
      error: 'File not found: /no/such',
    })
    expect((await refusal('GET', '/files?path=/no')).error).toBe('Directory not found: /no')
    expect((await refusal('GET', '/files//workspace?content=true')).code).toBe('is_directory')
    expect((await refusal('DELETE', '/files//nothing')).status).toBe(404)
    expect((await refusal('DELETE', '/files//')).code).toBe('invalid_path')
  })

  it('deletes a directory with all below it', async () => {
    await sandbox.call('POST', '/files', { path: '/gone/deep/er.txt' })
    expect((await sandbox.call('DELETE', '/files//gone')).status).toBe(204)
    expect((await sandbox.call('HEAD', '/files//gone')).status).toBe(404)
  })

  it('answers a batch with one result per path, and 207 where one failed', async () => {
    const files = [
      { path: '/batch/z.txt', operation: 'write', content: '1' },
      { path: '/batch/a.txt', operation: 'write', content: '2' },
      { path: '/batch/z.txt', operation: 'write', content: '3' },
      { path: '/batch/none', operation: 'delete' },
      { path: '/batch/../etc', operation: 'write', content: '' },
    ]
    const response = await sandbox.call('POST', '/files/batch', { files })
    expect(response.status).toBe(207)
    const { results } = ((await response.json()) as Answer).data
    expect(results.map(({ path, success }: Answer) => [path, success])).toEqual([
      ['/batch/../etc', false],
      ['/batch/a.txt', true],
      ['/batch/none', false],
      ['/batch/z.txt', true],
    ])
    expect((await sandbox.json('GET', '/files//batch/z.txt?content=true')).data.content).toBe('3')
    const good = await sandbox.call('POST', '/files/batch', { files: files.slice(0, 2) })
    expect(good.status).toBe(200)
  })
})

describe('a path that is none', () => {
  // fetch would resolve dots by itself.
  const raw = (path: string) =>
    new Promise<{ status: number; body: Answer }>((resolve, reject) => {
      const url = new URL(sandbox.url)
      const headers = { host: url.host, authorization: `Bearer ${sandbox.token}` }
      const request = sendRequest({ port: url.port, path: url.pathname + path, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) }),
        )
      })
      request.on('error', reject).end()
    })

  it.each([
    ['..', '/files//a/../b'],
    ['encoded ..', '/files//a/%2e%2e/b'],
    ['NUL', '/files//a%00b'],
    ['an encoded slash', '/files//a%2Fb'],
    ['bytes that are not UTF-8', '/files//a%ff'],
    ['half of a character', '/raw//%c3'],
    ['4,096 bytes', `/raw/${'/abcdefg'.repeat(512)}`],
    ['.. in the query', '/files?path=/a/../b'],
    ['bytes that are not UTF-8 in the query', '/tree?path=%ff'],
  ])('is refused: %s', async (_name, path) => {
    const { status, body } = await raw(path)
    expect([status, body.code]).toEqual([400, 'invalid_path'])
    expect(body.error.length).toBeGreaterThan(10)
  })

  it('is refused in a body', async () => {
    for (const path of ['../x', 'a/../../x', 'nul\0', '\ud800', `/${'x/'.repeat(2048)}`]) {
      expect((await refusal('POST', '/files', { path, content: '' })).code).toBe('invalid_path')
    }
  })

  it('may lead out of a directory by a symlink, but never out of the sandbox', async () => {
    // Of the host, and there without a doubt.
    const database = join(stack.dataDir, 'sandlot.db')
    expect(existsSync(database)).toBe(true)
    const made = await sandbox.run(
      `echo inside > /tmp/inside && ln -s /tmp/inside near && ln -s ${database} far && ln -s /proc/1/root${database} root`,
    )
    expect(made.exit_code).toBe(0)
    expect(await (await sandbox.call('GET', '/raw/near')).text()).toBe('inside\n')
    for (const name of ['far', 'root']) {
      for (const path of [`/files/${name}?content=true`, `/raw/${name}`])
        expect((await refusal('GET', path)).code, path).toBe('file_not_found')
    }
  })
})

describe('/raw', () => {
  it('sends bytes as an attachment that no browser takes for a page', async () => {
    await sandbox.call('PUT', '/raw/p%C3%A4ge%22.html', '<script>alert(1)</script>')
    const response = await sandbox.call('GET', '/raw/p%C3%A4ge%22.html')
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="p_ge_.html"; filename*=UTF-8''p%C3%A4ge%22.html`,
    )
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-security-policy')).toContain('sandbox')
    expect(await response.text()).toBe('<script>alert(1)</script>')
  })

  it('keeps every byte, and answers an etag with 304', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256)
    const written = await sandbox.call('PUT', '/raw//data/bytes.bin', bytes)
    const etag = written.headers.get('etag') ?? ''
    expect(((await written.json()) as Answer).etag).toBe(etag)
    const read = await sandbox.call('GET', '/raw//data/bytes.bin')
    expect(Buffer.compare(Buffer.from(await read.arrayBuffer()), bytes)).toBe(0)
    const again = await sandbox.call('GET', '/raw//data/bytes.bin', undefined, { 'if-none-match': etag })
    expect(again.status).toBe(304)
  })

  it('refuses a stale etag, and lets exactly one of many writers win', async () => {
    const first = (await (await sandbox.call('PUT', '/raw/race.txt', 'start')).json()) as Answer
    const writers = Array.from({ length: 12 }, (_, index) =>
      sandbox.call('PUT', '/raw/race.txt', `writer ${index}`, { 'if-match': first.etag }),
    )
    const answers = await Promise.all(writers)
    const winners = answers.flatMap(({ status }, index) => (status === 200 ? [index] : []))
    expect(winners).toHaveLength(1)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 412]))
    expect(await (await sandbox.call('GET', '/raw/race.txt')).text()).toBe(`writer ${winners[0]}`)
    const created = await sandbox.call('PUT', '/raw/race.txt', 'new', { 'if-none-match': '*' })
    expect([created.status, ((await created.json()) as Answer).code]).toEqual([412, 'precondition_failed'])
  })

  it('sends a range out of the middle of 2 GB without holding the file', async () => {
    await sandbox.run(
      'truncate -s 2G big.bin && printf needle | dd of=big.bin bs=1 seek=1500000000 conv=notrunc',
    )
    const range = await sandbox.call('GET', '/raw/big.bin', undefined, {
      range: 'bytes=1500000000-1500000005',
    })
    expect([range.status, range.headers.get('content-range'), await range.text()]).toEqual([
      206,
      'bytes 1500000000-1500000005/2147483648',
      'needle',
    ])
    const beyond = await sandbox.call('GET', '/raw/big.bin', undefined, { range: 'bytes=3000000000-' })
    expect([beyond.status, ((await beyond.json()) as Answer).code]).toEqual([416, 'range_not_satisfiable'])
    const text = await refusal('GET', '/files/big.bin?content=true')
    expect([text.status, text.code]).toEqual([413, 'too_large'])

    const before = process.memoryUsage.rss()
    const whole = await sandbox.call('GET', '/raw/big.bin')
    let sizeBytes = 0
    let peakBytes = 0
    for await (const chunk of whole.body ?? []) {
      sizeBytes += chunk.length
      peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
    }
    expect(sizeBytes).toBe(2 ** 31)
    expect(peakBytes - before).toBeLessThan(400 * 1024 * 1024)
  })

  it('leaves the old file where an upload is cut short, and nothing beside it', async () => {
    await sandbox.call('PUT', '/raw//cut/file.txt', 'old')
    const url = new URL(sandbox.url)
    const socket = connect(Number(url.port), '127.0.0.1')
    const head = `PUT ${url.pathname}/raw//cut/file.txt HTTP/1.1\r\nHost: ${url.host}\r\nAuthorization: Bearer ${sandbox.token}\r\n`
    await new Promise<void>((resolve) =>
      socket.write(`${head}Content-Length: 1000\r\n\r\nonly this`, () => resolve()),
    )
    const gone = () => sandbox.run('ls -A /cut').then(({ stdout }) => stdout)
    // The part that came is written beside until the sender is gone.
    await expect.poll(gone).not.toBe('file.txt\n')
    socket.destroy()
    await expect.poll(gone).toBe('file.txt\n')
    expect(await (await sandbox.call('GET', '/raw//cut/file.txt')).text()).toBe('old')
  })

  it('refuses 10 GB before it reads them', async () => {
    const url = new URL(sandbox.url)
    const answerTo = (head: string) =>
      new Promise<string>((resolve) => {
        const socket = connect(Number(url.port), '127.0.0.1')
        socket.write(head)
        let text = ''
        socket.on('data', (data) => {
          text += data
        })
        socket.on('close', () => resolve(text))
      })
    const headers = `Host: ${url.host}\r\nAuthorization: Bearer ${sandbox.token}\r\nContent-Length: 10000000000\r\n`
    const raw = await answerTo(`PUT ${url.pathname}/raw/huge HTTP/1.1\r\n${headers}\r\n`)
    expect(raw).toMatch(/^HTTP\/1.1 413 [\s\S]*"code":"too_large"/)
    const json = await answerTo(
      `POST ${url.pathname}/files HTTP/1.1\r\n${headers}Content-Type: application/json\r\n\r\n`,
    )
    expect(json).toMatch(/^HTTP\/1.1 413 [\s\S]*"code":"too_large"/)
  })
})

describe('a body that is none', () => {
  it('is refused: not JSON, another type, not UTF-8', async () => {
    const send = (body: string | Uint8Array, type: string) =>
      sandbox
        .call('POST', '/files', body, { 'content-type': type })
        .then((response) => response.json() as Answer)
    expect(await send('{"path":', 'application/json')).toMatchObject({
      code: 'bad_request',
      error: 'The body is not JSON.',
    })
    expect((await send('path=x', 'application/x-www-form-urlencoded')).code).toBe('bad_request')
    expect((await send(Uint8Array.of(0x22, 0xff, 0x22), 'application/json')).error).toBe(
      'The body is not UTF-8.',
    )
    expect((await send('{"path":5}', 'application/json')).error).toContain('path')
  })
})

describe('trees', () => {
  it('lists all below, without what is ignored', async () => {
    await sandbox.run('mkdir -p t/src t/node_modules/x && touch t/src/a.ts t/node_modules/x/b.js')
    const { files, path } = await sandbox.json('GET', '/tree?path=t&ignore=node_modules')
    expect(path).toBe('/workspace/t')
    expect(files.map((file: Answer) => file.path).sort()).toEqual([
      '/workspace/t/src',
      '/workspace/t/src/a.ts',
    ])
  })

  it('lists a directory of 100,000 entries, and as many as are asked for', async () => {
    await sandbox.run('mkdir /many && cd /many && seq -f f%06g 100000 | xargs touch')
    const { data } = await sandbox.json('GET', '/files?path=/many')
    expect(data.files).toHaveLength(100_000)
    const some = await sandbox.json('GET', '/tree?path=/many&limit=500')
    expect([some.files.length, some.is_truncated]).toEqual([500, true])
  })

  it('makes, moves and copies', async () => {
    expect(await sandbox.json('POST', '/directories', { path: 'm/one' })).toMatchObject({ is_dir: true })
    await sandbox.call('PUT', '/raw/m/one/x.txt', 'x')
    expect(await sandbox.json('POST', '/copy', { from: 'm/one', to: 'm/two' })).toMatchObject({
      path: '/workspace/m/two',
    })
    expect((await refusal('POST', '/move', { from: 'm/one', to: 'm/two' })).status).toBe(409)
    expect((await sandbox.call('POST', '/move', { from: 'm/one', to: 'm/three' })).status).toBe(200)
    expect((await sandbox.run('cat m/two/x.txt m/three/x.txt; ls m')).stdout).toBe('xxthree\ntwo\n')
  })

  it('finds names and text', async () => {
    await sandbox.run('mkdir s && echo "let Needle = 1" > s/some-file.ts')
    expect((await sandbox.json('GET', '/search/names?query=somefile&path=s')).paths).toEqual([
      '/workspace/s/some-file.ts',
    ])
    const { matches } = await sandbox.json('GET', '/search/text?query=needle&path=s')
    expect(matches).toEqual([
      { path: '/workspace/s/some-file.ts', line: 1, column: 5, end_column: 11, text: 'let Needle = 1' },
    ])
    expect((await sandbox.json('GET', '/search/text?query=needle&path=s&case=true')).matches).toEqual([])
    expect((await refusal('GET', '/search/text?query=')).code).toBe('bad_request')
  })
})

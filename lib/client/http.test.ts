import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { createHttp, encodeId, encodePath, socketUrl } from './http'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it('throws a refusal with its code and its sentence', async () => {
  const baseUrl = await serve((_request, response) => {
    response.writeHead(507).end('{"error":"The disk of this sandbox is full.","code":"disk_full"}')
  })
  await expect(createHttp({ baseUrl }).request('/x')).rejects.toMatchObject({
    code: 'disk_full',
    message: 'The disk of this sandbox is full.',
  })
})

it('finds a code by the status where the body is no refusal of ours', async () => {
  const baseUrl = await serve((_request, response) => {
    response.writeHead(404).end('<html>')
  })
  await expect(createHttp({ baseUrl }).request('/x')).rejects.toMatchObject({ code: 'not_found' })
})

it('says that nobody answers, or not in time', async () => {
  const baseUrl = await serve(() => undefined)
  const http = createHttp({ baseUrl })
  await expect(http.request('/x', { timeoutMs: 20 })).rejects.toMatchObject({ code: 'timed_out' })
  const nowhere = createHttp({ baseUrl: 'http://127.0.0.1:1' })
  await expect(nowhere.request('/x')).rejects.toMatchObject({ code: 'unavailable' })
})

it('refuses an answer of another shape', async () => {
  const baseUrl = await serve((_request, response) => {
    response.end('{"count":"many"}')
  })
  const answer = createHttp({ baseUrl }).json('/x', z.object({ count: z.number() }))
  await expect(answer).rejects.toMatchObject({ code: 'internal' })
})

it('throws what failed after the status went out, as a sentence or as a refusal', async () => {
  const serveText = (text: string) => serve((_request, response) => void response.end(text))
  const sentence = createHttp({ baseUrl: await serveText('  The disk of this sandbox is full.') })
  const failed = { code: 'internal', message: 'The disk of this sandbox is full.' }
  await expect(sentence.json('/x', z.object({}))).rejects.toMatchObject(failed)
  await expect(sentence.send('/x')).rejects.toMatchObject(failed)
  const refusal = createHttp({
    baseUrl: await serveText(' {"success":false,"error":"No room.","code":"disk_full"}'),
  })
  await expect(refusal.send('/x')).rejects.toMatchObject({ code: 'disk_full', message: 'No room.' })
})

it('says that an answer broke off, and lets its caller end it', async () => {
  const baseUrl = await serve((request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('{')
    if (request.url === '/cut') setImmediate(() => response.destroy())
  })
  const http = createHttp({ baseUrl })
  await expect(http.json('/cut', z.object({}))).rejects.toMatchObject({ code: 'unavailable' })
  const ending = new AbortController()
  const endless = http.json('/endless', z.object({}), { signal: ending.signal })
  setImmediate(() => ending.abort())
  await expect(endless).rejects.toMatchObject({ name: 'AbortError' })
})

it('sends the bearer, and repeats a query with several values', async () => {
  const baseUrl = await serve((request, response) => {
    response.end(JSON.stringify({ url: request.url, authorization: request.headers.authorization }))
  })
  const http = createHttp({ baseUrl, token: 'secret' })
  const schema = z.object({ url: z.string(), authorization: z.string() })
  const answer = await http.json('/x', schema, { query: { ignore: ['a', 'b'], limit: undefined } })
  expect(answer).toEqual({ url: '/x?ignore=a&ignore=b', authorization: 'Bearer secret' })
})

it('encodes each segment of a path and keeps the slash that makes it absolute', () => {
  expect(encodePath('/app/a b#c?.txt')).toBe('/app/a%20b%23c%3F.txt')
})

it.each(['', '..', '/a/../b', '/\ud800'])('refuses %j as a path', (path) => {
  expect(() => encodePath(path)).toThrow(expect.objectContaining({ code: 'invalid_path' }))
})

it('encodes an id, and refuses what would be another address', () => {
  expect(encodeId('a/b c')).toBe('a%2Fb%20c')
  for (const id of ['', '.', '..', '\udc00']) expect(() => encodeId(id)).toThrow(/is not an id/)
})

it('makes a socket address of a base address', () => {
  expect(socketUrl('https://a.example/sandboxes/x', '/events', { offset: 3 })).toBe(
    'wss://a.example/sandboxes/x/events?offset=3',
  )
})

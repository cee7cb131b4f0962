import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { servePreview } from './preview.test-support'

const SMUGGLED =
  'GET /smuggled HTTP/1.1\r\nHost: x\r\nX-Forwarded-Host: evil.example\r\nCookie: forged=1\r\n\r\n'
const CHUNKED = `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`

let preview: Awaited<ReturnType<typeof servePreview>>
let seen: { request: string; headers: IncomingHttpHeaders; body: string }[]

beforeEach(async () => {
  seen = []
  const program = createServer(async (req, res) => {
    const entry = { request: `${req.method} ${req.url}`, headers: req.headers, body: '' }
    seen.push(entry)
    entry.body = await text(req)
    res.end('ok')
  })
  preview = await servePreview(program)
})

afterEach(() => preview.close())

describe('a body', () => {
  it.each(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST'])(
    'of %s is one to the program too, whatever Connection names',
    async (method) => {
      const connection = 'Connection: close, content-length, transfer-encoding'
      await preview.ask(`${method} /sized`, [connection, `Content-Length: ${SMUGGLED.length}`], SMUGGLED)
      await preview.ask(`${method} /chunked`, [connection, 'Transfer-Encoding: chunked'], CHUNKED)
      await preview.ask('GET /after', ['Connection: close'])
      expect(seen.map(({ request, body }) => [request, body])).toEqual([
        [`${method} /sized`, SMUGGLED],
        [`${method} /chunked`, SMUGGLED],
        ['GET /after', ''],
      ])
    },
  )
})

describe('a body that the program does not read', () => {
  it.each(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST'])(
    'of %s is not before the next visitor’s request',
    async (method) => {
      const connections: string[] = []
      // Takes everything for heads, and keeps the connection, as some small servers do.
      const careless = await servePreview(
        createTcpServer((socket) => {
          const at = connections.push('') - 1
          socket.on('error', () => socket.destroy())
          socket.on('data', (data) => {
            connections[at] += data.toString('latin1')
            socket.write('HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n')
          })
        }),
      )
      const lines = ['Connection: close', `Content-Length: ${SMUGGLED.length}`]
      await careless.ask(`${method} /first`, lines, SMUGGLED)
      await careless.ask('GET /after', ['Connection: close'])
      await careless.close()
      expect(connections).toEqual([
        expect.stringMatching(/\/first .*\r\n(.+\r\n)*connection: close\r\n/i),
        expect.stringMatching(/^GET \/after /),
      ])
    },
  )
})

describe('Connection', () => {
  it('removes what is of one connection, and nothing that the program needs', async () => {
    const kept = ['Host', 'Cookie', 'Authorization', 'Origin', 'Content-Type', 'X-Forwarded-Proto']
    await preview.ask(
      'POST /',
      [
        `Connection: close, X-Hop, Keep-Alive, ${kept.join(', ')}`,
        'X-Hop: 1',
        'Keep-Alive: timeout=1',
        'Authorization: Bearer own',
        'Origin: http://other.test',
        'Content-Type: text/plain',
        'Content-Length: 2',
      ],
      'hi',
    )
    expect(seen[0]?.headers).toMatchObject({
      host: expect.stringMatching(/^localhost:\d+$/),
      cookie: 'own=1',
      authorization: 'Bearer own',
      origin: 'http://other.test',
      'content-type': 'text/plain',
      'x-forwarded-proto': 'http',
    })
    expect(seen[0]?.headers['x-hop']).toBeUndefined()
    expect(seen[0]?.headers['keep-alive']).toBeUndefined()
  })
})

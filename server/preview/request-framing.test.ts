import { createServer, type IncomingHttpHeaders } from 'node:http'
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

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SandboxError } from '@/lib/errors'
import type { Target } from './address'
import { createHttpServer, type HttpServer, type Site } from './http-server'
import { createLogger } from './log'
import type { RequestContext } from './request-context'

const ID = 'abcdefgh12345678'

/** Says what it was asked; throws what the path asks for. */
function echoSite<Kind extends Target['kind']>(): Site<Kind> {
  return {
    async request(req, res, context) {
      if (context.path === '/refuse') throw new SandboxError('forbidden', 'Not <you>.')
      if (context.path === '/crash') throw new Error('secret detail')
      if (context.path === '/late') {
        res.write('half')
        throw new Error('too late')
      }
      if (context.path === '/hang') return
      for await (const _ of req);
      res.setHeader('Content-Type', 'application/json')
      res.end(
        JSON.stringify({ url: req.url, ...publicPart(context), forwarded: req.headers['x-forwarded-host'] }),
      )
    },
    upgrade(_req, socket, _head, context) {
      if (context.path === '/refuse') throw new SandboxError('unauthorized', 'No.')
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
      socket.pipe(socket)
    },
  }
}

function publicPart({ base, path, origin, isSecure, query }: RequestContext) {
  return { base, path, origin, isSecure, query: query.toString() }
}

let http: HttpServer
let port: number

beforeEach(async () => {
  http = createHttpServer({
    log: createLogger('silent'),
    book: {
      appHosts: new Set(['localhost', '127.0.0.1', 'sandlot.example.com']),
      sandboxDomains: ['localhost'],
      publicNames: new Set(),
      isDev: false,
    },
    isSecureHost: (host) => host === 'sandlot.example.com',
    sites: { app: echoSite(), api: echoSite(), sandbox: echoSite(), preview: echoSite() },
  })
  http.server.listen(0, '127.0.0.1')
  await once(http.server, 'listening')
  port = (http.server.address() as AddressInfo).port
})
afterEach(() => http.close())

/** Sends bytes as they are, and gives back everything until the other side closes. */
async function raw(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('latin1')
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  socket.on('error', () => socket.destroy())
  socket.write(text, 'latin1')
  await once(socket, 'close')
  return answer
}

function get(host: string, path: string, headers = ''): Promise<string> {
  return raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${headers}\r\n`)
}

function statusOf(answer: string): number {
  return Number(answer.split(' ')[1])
}

function jsonOf(answer: string): Record<string, unknown> {
  return JSON.parse(
    answer.slice(answer.indexOf('\r\n\r\n') + 4).replace(/^[0-9a-f]+\r\n|\r\n0\r\n\r\n$/g, ''),
  )
}

describe('a request', () => {
  it('is told where it begins, and who asked for it', async () => {
    const answer = jsonOf(await get(`${ID}.localhost:3000`, '/files//a%20b?x=1'))
    expect(answer).toMatchObject({
      base: '',
      path: '/files//a%20b',
      query: 'x=1',
      origin: `http://${ID}.localhost:3000`,
      isSecure: false,
    })
  })

  it('of the path form has its base', async () => {
    const answer = jsonOf(await get('localhost:3000', `/sandboxes/${ID}/health`))
    expect(answer).toMatchObject({
      base: `/sandboxes/${ID}`,
      path: '/health',
      origin: 'http://localhost:3000',
    })
  })

  it('for the app has the path that Next knows, and no lies about where it comes from', async () => {
    const headers = 'X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\n'
    const answer = jsonOf(await get('localhost:3000', `/sandboxes/${ID}/play/?a=b`, headers))
    expect(answer).toMatchObject({ url: '/play?a=b', forwarded: 'localhost:3000' })
  })

  it('is secure where browsers come by https, with the origin that they send', async () => {
    const answer = jsonOf(await get('Sandlot.Example.com:443', '/healthz'))
    expect(answer).toMatchObject({ origin: 'https://sandlot.example.com', isSecure: true })
  })

  it('gets an id and headers that keep a browser from making a page of it', async () => {
    const answer = await get(`${ID}.localhost`, '/health')
    expect(answer).toMatch(/x-request-id: [0-9a-f-]{36}/i)
    expect(answer).toMatch(/x-content-type-options: nosniff/i)
    expect(answer).toMatch(/content-security-policy: sandbox;/i)
  })
})

describe('a hostile Host', () => {
  it.each(['evil.example', '10.0.0.1:3000', `x.${ID}.localhost`])('%s is 421', async (host) => {
    expect(statusOf(await get(host, '/'))).toBe(421)
  })

  const broken = [
    '%00',
    'localhost%00',
    'localhost:80abc',
    'localhost:65536',
    'localhost:0',
    '[::1',
    '::1',
    'a b',
    '',
  ]
  it.each([...broken, 'localhost, localhost', 'localhost..', 'a'.repeat(20_000)])(
    '%j is 400',
    async (host) => {
      expect(statusOf(await get(host, '/'))).toBe(400)
    },
  )

  it.each(['LOCALHOST', 'LocalHost:3000', 'localhost.:80', `${ID.toUpperCase()}.localhost`])(
    '%s is another spelling of ours',
    async (host) => expect(statusOf(await get(host, '/healthz'))).toBe(200),
  )

  it('of an upgrade is judged alike', async () => {
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
    for (const [host, status] of [
      ['%00', 400],
      ['localhost:80abc', 400],
      ['[::1', 400],
      ['evil.example', 421],
      [`${ID}-0.localhost`, 404],
      [`${ID}-80abc.localhost`, 404],
    ] as const)
      expect(statusOf(await raw(`GET /events HTTP/1.1\r\nHost: ${host}\r\n${upgrade}`)), host).toBe(status)
    const several = `GET /events HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n${upgrade}`
    expect(statusOf(await raw(several))).toBe(400)
  })

  it('that comes twice is 400', async () => {
    const answer = await raw(
      'GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    )
    expect(statusOf(answer)).toBe(400)
  })

  it('that is missing is 400', async () => {
    expect(statusOf(await raw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n'))).toBe(400)
    expect(statusOf(await raw('GET / HTTP/1.0\r\n\r\n'))).toBe(400)
  })

  it('in the request line instead is 400', async () => {
    expect(statusOf(await get('localhost', 'http://evil.example/'))).toBe(400)
  })
})

describe('what a site throws', () => {
  it('is JSON for programs', async () => {
    const answer = await get(`${ID}.localhost`, '/refuse')
    expect(statusOf(answer)).toBe(403)
    expect(jsonOf(answer)).toEqual({ error: 'Not <you>.', code: 'forbidden' })
  })

  it('is a page for browsers, with nothing of it as markup', async () => {
    const answer = await get(`${ID}.localhost`, '/refuse', 'Accept: text/html\r\n')
    expect(answer).toMatch(/content-type: text\/html/i)
    expect(answer).toContain('Not &lt;you&gt;.')
  })

  it('and is no error of ours stays inside', async () => {
    const answer = await get(`${ID}.localhost`, '/crash')
    expect(statusOf(answer)).toBe(500)
    expect(answer).not.toContain('secret detail')
  })

  it('after half an answer breaks the connection', async () => {
    const answer = await get(`${ID}.localhost`, '/late')
    expect(answer).toContain('half')
    expect(answer).not.toMatch(/\r\n0\r\n\r\n$/)
  })
})

describe('bounds', () => {
  it('refuse headers of 64 KB', async () => {
    expect(statusOf(await get('localhost', '/', `X: ${'a'.repeat(64 * 1024)}\r\n`))).toBe(431)
  })

  it('refuse more than 200 headers, instead of leaving some out', async () => {
    const many = (count: number) => 'X: y\r\n'.repeat(count)
    // Host and Connection are two of them.
    expect(statusOf(await get('localhost', '/healthz', many(198)))).toBe(200)
    for (const count of [199, 1000]) {
      const answer = await get(`${ID}.localhost`, '/health', many(count))
      expect(statusOf(answer)).toBe(431)
      expect(jsonOf(answer)).toMatchObject({
        code: 'too_many_headers',
        error: expect.stringContaining('200'),
      })
    }
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'
    const socket = `GET /ws HTTP/1.1\r\nHost: ${ID}.localhost\r\n${upgrade}${many(199)}\r\n`
    expect(statusOf(await raw(socket))).toBe(431)
    const late = `GET /health HTTP/1.1\r\n${many(300)}Host: ${ID}.localhost\r\nConnection: close\r\n\r\n`
    expect(statusOf(await raw(late))).toBe(431)
  })

  it('refuse what is not HTTP, and go on', async () => {
    expect(statusOf(await raw('\u0016\u0003\u0001 hello\r\n\r\n'))).toBe(400)
    expect(statusOf(await get('localhost', '/healthz'))).toBe(200)
  })

  it('are set on the time for headers, and not on that for a body', () => {
    expect(http.server.headersTimeout).toBeGreaterThan(0)
    expect(http.server.headersTimeout).toBeLessThanOrEqual(30_000)
    expect(http.server.requestTimeout).toBe(0)
    expect(http.server.maxConnections).toBeGreaterThan(0)
  })

  it('leave no request read out of the body of a refused one', async () => {
    const inner = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'
    const answer = await raw(
      `POST /refuse HTTP/1.1\r\nHost: ${ID}.localhost\r\nContent-Length: 100000\r\n\r\n${inner}`,
    )
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
  })
})

describe('an upgrade', () => {
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'

  it('reaches its site and stays open', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET /ws HTTP/1.1\r\nHost: ${ID}.localhost\r\n${upgrade}\r\n`)
    const [head] = (await once(socket, 'data')) as [Buffer]
    expect(head.toString()).toContain('101 Switching Protocols')
    socket.write('ping')
    const [echo] = (await once(socket, 'data')) as [Buffer]
    expect(echo.toString()).toBe('ping')
    socket.destroy()
  })

  it('for an unknown host is 421', async () => {
    expect(statusOf(await raw(`GET /ws HTTP/1.1\r\nHost: evil.example\r\n${upgrade}\r\n`))).toBe(421)
  })

  it('that is refused gets the reason and no more', async () => {
    const answer = await raw(`GET /refuse HTTP/1.1\r\nHost: ${ID}.localhost\r\n${upgrade}\r\n`)
    expect(statusOf(answer)).toBe(401)
    expect(jsonOf(answer)).toEqual({ error: 'No.', code: 'unauthorized' })
  })

  it('does not end the process when its socket is reset', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET /ws HTTP/1.1\r\nHost: ${ID}.localhost\r\n${upgrade}\r\n`)
    await once(socket, 'data')
    socket.resetAndDestroy()
    expect(statusOf(await get('localhost', '/healthz'))).toBe(200)
  })
})

describe('an upgrade to what nobody here speaks', () => {
  const h2c =
    'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n'

  it.each(['h2c', 'TLS/1.0', 'h2c, example/7', '\u00ff'])(
    '%j is answered as if it had not been asked for',
    async (protocol) => {
      const headers = `Connection: upgrade, close\r\nUpgrade: ${protocol}\r\n`
      const answer = await raw(`GET /health?x=1 HTTP/1.1\r\nHost: ${ID}.localhost\r\n${headers}\r\n`)
      expect(statusOf(answer)).toBe(200)
      expect(jsonOf(answer)).toMatchObject({
        path: '/health',
        query: 'x=1',
        origin: `http://${ID}.localhost`,
      })
      expect(answer).not.toMatch(/^upgrade:/im)
    },
  )

  it('is read with its body, however that is sent, and with the requests after it', async () => {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1')
    let answers = ''
    socket.on('data', (chunk) => {
      answers += chunk
    })
    socket.write(`POST /whole HTTP/1.1\r\nHost: ${ID}.localhost\r\n${h2c}Content-Length: 10\r\n\r\n01234`)
    await once(http.server, 'request')
    socket.write(
      `56789POST /chunks HTTP/1.1\r\nHost: ${ID}.localhost\r\n${h2c}Transfer-Encoding: chunked\r\n\r\n3\r\nabc`,
    )
    socket.write(`\r\n0\r\n\r\nGET /last HTTP/1.1\r\nHost: ${ID}.localhost\r\nConnection: close\r\n\r\n`)
    await once(socket, 'close')
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(3)
    expect([...answers.matchAll(/"path":"(\/\w+)"/g)].map(([, path]) => path)).toEqual([
      '/whole',
      '/chunks',
      '/last',
    ])
  })

  it('keeps a hostile Host hostile', async () => {
    expect(
      statusOf(
        await raw(
          `GET / HTTP/1.1\r\nHost: evil.example\r\n${h2c.replace('Upgrade,', 'Upgrade, close,')}\r\n`,
        ),
      ),
    ).toBe(421)
  })

  it('beside a WebSocket is the WebSocket', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: ${ID}.localhost\r\nConnection: Upgrade\r\nUpgrade: h2c, WebSocket\r\n\r\n`,
    )
    const [head] = (await once(socket, 'data')) as [Buffer]
    expect(head.toString()).toContain('101 Switching Protocols')
    socket.destroy()
  })
})

describe('close', () => {
  it('ends idle, hanging and upgraded connections', async () => {
    const idle = connect(port, '127.0.0.1')
    const hanging = connect(port, '127.0.0.1')
    const upgraded = connect(port, '127.0.0.1')
    const all = [idle, hanging, upgraded]
    for (const socket of all) socket.on('error', () => undefined)
    await Promise.all(all.map((socket) => once(socket, 'connect')))
    hanging.write(`GET /hang HTTP/1.1\r\nHost: ${ID}.localhost\r\n\r\n`)
    upgraded.write(
      `GET /ws HTTP/1.1\r\nHost: ${ID}.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    await once(upgraded, 'data')
    const closed = all.map((socket) => once(socket.resume(), 'close'))
    await http.close()
    await Promise.all(closed)
  })
})

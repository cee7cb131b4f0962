import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { SandboxError } from '@/lib/errors'
import type { Target } from '../address'
import { createHttpServer, type HttpServer, type Site } from '../http-server'
import { createLogger } from '../log'
import type { RequestContext } from '../request-context'
import { Passes } from './pass'
import { createPreviewSite } from './site'
import { PreviewTickets } from './tickets'

const ID = 'abcdefgh12345678'
const OTHER = 'zyxwvuts87654321'

/** The previewed program: a real server, reached over plain connections in place of the agent's streams. */
class Program {
  readonly server: Server
  readonly sockets = new WebSocketServer({ noServer: true })
  readonly seen: IncomingMessage[] = []
  connections = 0

  constructor(answer: (req: IncomingMessage, res: ServerResponse) => void) {
    this.server = createServer((req, res) => {
      this.seen.push(req)
      answer(req, res)
    })
    this.server.on('connection', () => {
      this.connections++
    })
    this.server.on('upgrade', (req, socket, head) => {
      this.seen.push(req)
      if (req.url === '/no')
        return socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nX-Frame-Options: DENY\r\n\r\nno')
      this.sockets.handleUpgrade(req, socket, head, (ws) => {
        ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }))
      })
    })
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }
}

let program: Program
let answer: (req: IncomingMessage, res: ServerResponse) => void
let http: HttpServer
let site: ReturnType<typeof createPreviewSite>
let tickets: PreviewTickets
let passes: Passes
let opened: Duplex[]
let openError: SandboxError | null
let publicIds: Set<string>
/** Where Sandlot listens. */
let own: number

beforeEach(async () => {
  answer = (req, res) => res.end(`hello from ${req.url}`)
  program = new Program((req, res) => answer(req, res))
  program.server.listen(0, '127.0.0.1')
  await once(program.server, 'listening')
  opened = []
  openError = null
  publicIds = new Set()
  passes = new Passes(Buffer.alloc(32, 7))
  tickets = new PreviewTickets({ passes, sandboxDomain: null })
  site = createPreviewSite({ openPort, passes, tickets, isPublic: async (id) => publicIds.has(id) })
  http = createHttpServer({
    log: createLogger('silent'),
    book: {
      appHosts: new Set(['localhost', '127.0.0.1']),
      sandboxDomains: ['localhost'],
      publicNames: new Set(),
      isDev: false,
    },
    isSecureHost: () => false,
    sites: { app: none(), api: none(), sandbox: none(), preview: site },
  })
  http.server.listen(0, '127.0.0.1')
  await once(http.server, 'listening')
  own = (http.server.address() as AddressInfo).port
})

afterEach(async () => {
  site.close()
  for (const client of program.sockets.clients) client.terminate()
  program.server.closeAllConnections()
  program.server.close()
  http.server.closeAllConnections()
  await http.close()
})

function none<Kind extends Target['kind']>(): Site<Kind> {
  return { request: () => undefined, upgrade: () => undefined }
}

async function openPort(id: string, port: number): Promise<Duplex> {
  if (openError !== null) throw openError
  if (id !== ID) throw new SandboxError('sandbox_not_found', 'There is no such sandbox.')
  const socket = connect(port, '127.0.0.1')
  opened.push(socket)
  await once(socket, 'connect').catch((error: unknown) => {
    throw new SandboxError('port_closed', `Nothing listens on port ${port}.`, { cause: error })
  })
  return socket
}

function workbench(): RequestContext {
  return {
    requestId: 'r',
    log: createLogger('silent'),
    base: '',
    path: '/ports/open',
    query: new URLSearchParams(),
    origin: `http://${ID}.localhost:${own}`,
    isSecure: false,
  }
}

interface Answer {
  status: number
  headers: Headers
  text: string
}

function hostOf(port = program.port, id = ID): string {
  return `${id}-${port}.localhost:${own}`
}

/** As a browser would ask: the name in Host, the connection to this machine. */
async function ask(
  path: string,
  init: { host?: string; method?: string; headers?: string[]; body?: string } = {},
): Promise<Answer> {
  const { host = hostOf(), method = 'GET', headers = [], body = '' } = init
  const socket = connect(own, '127.0.0.1')
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
  const head = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...length, ...headers]
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  return parse(await readAll(socket))
}

async function readAll(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('latin1')
  for await (const chunk of socket) text += chunk
  return text
}

function parse(text: string): Answer {
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = new Headers()
  for (const line of lines)
    headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim())
  const rest = text.slice(end + 4)
  const body = headers.get('transfer-encoding') === 'chunked' ? unchunked(rest) : rest
  return { status: Number(first.split(' ')[1]), headers, text: body }
}

function unchunked(text: string): string {
  const size = Number.parseInt(text, 16)
  const start = text.indexOf('\r\n') + 2
  return size > 0 ? text.slice(start, start + size) + unchunked(text.slice(start + size + 2)) : ''
}

async function enter(port = program.port): Promise<string> {
  const { url } = tickets.create(ID, port, workbench())
  const { status, headers } = await ask(url.slice(url.indexOf('/~sandlot')), { host: hostOf(port) })
  expect(status).toBe(303)
  return `Cookie: ${headers.get('set-cookie')?.split(';')[0]}`
}

describe('the way in', () => {
  it('is a ticket for one entry, which sets a cookie that a frame of another site keeps', async () => {
    const { url, origin } = tickets.create(ID, program.port, workbench())
    expect(origin).toBe(`http://${hostOf()}`)
    expect(url.startsWith(`${origin}/~sandlot/enter?ticket=`)).toBe(true)
    const path = url.slice(origin.length)
    const first = await ask(path)
    expect(first.status).toBe(303)
    expect(first.headers.get('location')).toBe(`${origin}/`)
    expect(first.headers.get('set-cookie')).toMatch(
      /^sandlot_preview=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; Secure; SameSite=None; Partitioned$/,
    )
    expect((await ask(path)).status).toBe(401)
  })

  it('uses nothing up for HEAD', async () => {
    const path = tickets.create(ID, program.port, workbench()).url.replace(/^http:\/\/[^/]*/, '')
    expect((await ask(path, { method: 'HEAD' })).status).toBe(401)
    expect((await ask(path)).status).toBe(303)
  })

  it('is for one port of one sandbox', async () => {
    const path = tickets.create(ID, program.port, workbench()).url.replace(/^http:\/\/[^/]*/, '')
    expect((await ask(path, { host: hostOf(program.port, OTHER) })).status).toBe(401)
    expect((await ask(path, { host: hostOf(1) })).status).toBe(401)
    const cookie = await enter()
    expect((await ask('/', { host: hostOf(program.port, OTHER), headers: [cookie] })).status).toBe(401)
    expect((await ask('/', { host: hostOf(1), headers: [cookie] })).status).toBe(401)
    expect((await ask('/', { headers: [cookie] })).status).toBe(200)
  })

  it.each(['//evil.example/', 'https://evil.example', '/\\evil.example', '\\\\evil', '/.//evil.example'])(
    'leads nowhere else: %s',
    async (to) => {
      const { url, origin } = tickets.create(ID, program.port, workbench())
      const path = `${url.slice(origin.length).replace(/&to=.*/, '')}&to=${encodeURIComponent(to)}`
      const location = (await ask(path)).headers.get('location') ?? ''
      expect(new URL(location, origin).origin).toBe(origin)
      expect(location.startsWith(`${origin}/`)).toBe(true)
    },
  )

  it('is closed without a cookie, with a page that says so', async () => {
    const page = await ask('/', { headers: ['Accept: text/html'] })
    expect(page.status).toBe(401)
    expect(page.text).toContain('This preview is private')
    const json = await ask('/data.json')
    expect(JSON.parse(json.text)).toMatchObject({ code: 'unauthorized' })
    expect(program.seen).toHaveLength(0)
  })

  it.each(['', 'x', 'x.y', 'a.b.c', '%00', `${'a'.repeat(5000)}`])(
    'is closed to the cookie %j',
    async (value) => {
      expect((await ask('/', { headers: [`Cookie: sandlot_preview=${value}`] })).status).toBe(401)
    },
  )

  it('is closed to a pass of the path form', async () => {
    const pass = passes.sign({ sandboxId: ID, port: program.port, frameOrigin: 'http://x', form: 'path' })
    expect((await ask('/', { headers: [`Cookie: sandlot_preview=${pass}`] })).status).toBe(401)
  })

  it.each([0, 65536, -1, 1.5, Number.NaN])('has no ticket for port %s', (port) => {
    expect(() => tickets.create(ID, port, workbench())).toThrow(SandboxError)
  })
})

describe('what the program sees', () => {
  it('is a visit to localhost, with where the caller really is beside it', async () => {
    const cookie = await enter()
    const origin = `http://${hostOf()}`
    await ask('/a/b%20c?d=%2F', {
      method: 'POST',
      headers: [
        `Origin: ${origin}`,
        `Referer: ${origin}/form?x`,
        'X-Forwarded-Host: evil',
        cookie,
        'Forwarded: host=evil',
      ],
      body: 'name=value',
    })
    const seen = program.seen[0]
    expect(seen?.url).toBe('/a/b%20c?d=%2F')
    expect(seen?.headers).toMatchObject({
      host: `localhost:${program.port}`,
      origin: `http://localhost:${program.port}`,
      referer: `http://localhost:${program.port}/form?x`,
      'x-forwarded-host': hostOf(),
      'x-forwarded-proto': 'http',
    })
    expect(seen?.headers.forwarded).toBeUndefined()
  })

  it('has none of our cookies and all of its own', async () => {
    const cookie = await enter()
    const ours =
      'sandlot_session=s; __Host-sandlot_session=t; next-auth.session-token=u; __Secure-next-auth.x=v; sandlot-session=w'
    await ask('/', { headers: [`${cookie}; a=1; ${ours}; sandlot=mine; b=2`] })
    expect(program.seen[0]?.headers.cookie).toBe('a=1; sandlot=mine; b=2')
  })

  it('has the body as it came, whole or broken off', async () => {
    const cookie = await enter()
    const bodies: string[] = []
    const aborted = new Promise<void>((resolve) => {
      answer = async (req, res) => {
        let text = ''
        req.on('aborted', resolve)
        try {
          for await (const chunk of req) text += chunk
          bodies.push(text)
          res.end('ok')
        } catch {
          res.destroy()
        }
      }
    })
    await ask('/', { method: 'PUT', headers: [cookie], body: 'x'.repeat(300_000) })
    expect(bodies).toEqual(['x'.repeat(300_000)])
    const socket = connect(own, '127.0.0.1')
    socket.write(`PUT / HTTP/1.1\r\nHost: ${hostOf()}\r\n${cookie}\r\nContent-Length: 1000\r\n\r\nhalf`)
    while (program.seen.length < 2) await new Promise((resolve) => setImmediate(resolve))
    socket.destroy()
    await aborted
    expect(bodies).toHaveLength(1)
  })
})

describe('what comes back', () => {
  it('keeps cookies on their own host and lets a frame keep them', async () => {
    const cookie = await enter()
    answer = (_, res) => {
      res.setHeader('Set-Cookie', [
        'sid=1; Domain=localhost; Path=/; SameSite=Lax',
        'sandlot_preview=stolen; Path=/',
        '__Host-sandlot_session=x; Secure; Path=/',
        'plain=2',
      ])
      res.end()
    }
    const { headers } = await ask('/', { headers: [cookie] })
    expect(headers.getSetCookie()).toEqual([
      'sid=1; Path=/; Secure; SameSite=None; Partitioned',
      'plain=2; Secure; SameSite=None; Partitioned',
    ])
  })

  it('is framed by the workbench and by nobody else, whatever the program says', async () => {
    const cookie = await enter()
    answer = (_, res) => {
      res.setHeader('X-Frame-Options', 'DENY')
      res.setHeader('Content-Security-Policy', "default-src 'self'; frame-ancestors 'none', img-src *")
      res.setHeader('Strict-Transport-Security', 'max-age=1; includeSubDomains')
      res.setHeader('Clear-Site-Data', '"cookies"')
      res.setHeader('Connection', 'close, X-Hop')
      res.setHeader('X-Hop', 'gone')
      res.end()
    }
    const { headers } = await ask('/', { headers: [cookie] })
    expect(headers.get('x-frame-options')).toBeNull()
    expect(headers.get('strict-transport-security')).toBeNull()
    expect(headers.get('clear-site-data')).toBeNull()
    expect(headers.get('x-hop')).toBeNull()
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'self', img-src *, frame-ancestors http://${ID}.localhost:${own}`,
    )
  })

  it('redirects to the preview where the program means itself', async () => {
    const cookie = await enter()
    const at = async (location: string) => {
      answer = (_, res) => res.writeHead(302, { Location: location }).end()
      return (await ask('/', { headers: [cookie] })).headers.get('location')
    }
    expect(await at(`http://localhost:${program.port}/next?x`)).toBe(`http://${hostOf()}/next?x`)
    expect(await at(`http://127.0.0.1:${program.port}`)).toBe(`http://${hostOf()}/`)
    expect(await at('/next')).toBe('/next')
    expect(await at('https://example.com/')).toBe('https://example.com/')
    expect(await at(`http://localhost:${program.port}0/`)).toBe(`http://localhost:${program.port}0/`)
  })

  it('streams: the head before any of the body, each event as it is sent', async () => {
    const cookie = await enter()
    let stream: ServerResponse | undefined
    answer = (_, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' })
      res.flushHeaders()
      stream = res
    }
    const socket = connect(own, '127.0.0.1')
    socket.setEncoding('utf8')
    socket.write(`GET /events HTTP/1.1\r\nHost: ${hostOf()}\r\n${cookie}\r\n\r\n`)
    const [head] = await once(socket, 'data')
    expect(head).toContain('text/event-stream')
    for (const number of [1, 2, 3]) {
      stream?.write(`data: ${number}\n\n`)
      const [chunk] = await once(socket, 'data')
      expect(chunk).toContain(`data: ${number}`)
    }
    const ended = once(stream as ServerResponse, 'close')
    socket.destroy()
    await ended
  })

  it('that breaks off does not look whole', async () => {
    const cookie = await enter()
    answer = (_, res) => {
      res.write('half')
      res.write('more', () => res.socket?.destroy())
    }
    const socket = connect(own, '127.0.0.1')
    socket.write(`GET / HTTP/1.1\r\nHost: ${hostOf()}\r\n${cookie}\r\n\r\n`)
    expect(await readAll(socket)).not.toMatch(/\r\n0\r\n\r\n$/)
  })

  it('waits for a slow reader instead of filling our memory', async () => {
    const cookie = await enter()
    let written = 0
    let isFull = false
    const chunk = Buffer.alloc(64 * 1024)
    answer = (_, res) => {
      const more = () => {
        while (written < 256 * 1024 * 1024) {
          written += chunk.length
          if (!res.write(chunk)) {
            isFull = true
            res.once('drain', more)
            return
          }
        }
      }
      more()
    }
    const socket = connect(own, '127.0.0.1')
    socket.pause()
    socket.write(`GET / HTTP/1.1\r\nHost: ${hostOf()}\r\n${cookie}\r\n\r\n`)
    let before = -1
    while (!isFull || before !== written) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(written).toBeLessThan(64 * 1024 * 1024)
    socket.destroy()
  })
})

describe('while nothing answers', () => {
  it('a page says so, asks again by itself and may be framed', async () => {
    const cookie = await enter(1)
    const page = await ask('/deep?x', { host: hostOf(1), headers: [cookie, 'Sec-Fetch-Mode: navigate'] })
    expect(page.status).toBe(502)
    expect(page.text).toContain('Nothing answers on port 1 yet')
    expect(page.text).toContain('http-equiv="refresh"')
    expect(page.headers.get('content-security-policy')).toContain(
      `frame-ancestors http://${ID}.localhost:${own}`,
    )
    const json = await ask('/data.json', { host: hostOf(1), headers: [cookie] })
    expect(json.status).toBe(502)
    expect(JSON.parse(json.text)).toMatchObject({ code: 'port_closed' })
  })

  it('a stopped sandbox is called that', async () => {
    const cookie = await enter()
    openError = new SandboxError('sandbox_stopped', 'This sandbox does not run.')
    const page = await ask('/', { headers: [cookie, 'Accept: text/html'] })
    expect(page.status).toBe(503)
    expect(page.text).toContain('This sandbox is stopped')
  })

  it.each([
    'SSH-2.0-OpenSSH\r\n',
    'HTTP/1.1 200 OK\r\nX: \u0000\r\n\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(200_000)}\r\n\r\n`,
    '',
  ])('what is no HTTP answer is 502', async (text) => {
    const cookie = await enter()
    answer = (req) => req.socket.end(text)
    expect((await ask('/', { headers: [cookie] })).status).toBe(502)
  })

  it('a status that HTTP does not have crashes nothing', async () => {
    const cookie = await enter()
    answer = (req) => req.socket.end('HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n')
    expect((await ask('/', { headers: [cookie] })).status).toBe(502)
    answer = (_, res) => res.end('fine')
    expect((await ask('/', { headers: [cookie] })).text).toBe('fine')
  })
})

describe('connections', () => {
  it('are kept between requests', async () => {
    const cookie = await enter()
    for (let count = 0; count < 20; count++) expect((await ask('/', { headers: [cookie] })).status).toBe(200)
    expect(program.connections).toBe(1)
  })

  it('that the program closed meanwhile do not fail a request', async () => {
    const cookie = await enter()
    for (let count = 0; count < 5; count++) {
      expect((await ask('/', { headers: [cookie] })).status).toBe(200)
      program.server.closeIdleConnections()
    }
  })

  it('carry 100 requests at once', async () => {
    const cookie = await enter()
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => ask(`/${index}`, { headers: [cookie] })),
    )
    expect(answers.map(({ text }) => text)).toEqual(answers.map((_, index) => `hello from /${index}`))
  })
})

describe('WebSockets', () => {
  async function dial(path: string, headers: Record<string, string>, host = hostOf()): Promise<WebSocket> {
    const client = new WebSocket(`ws://127.0.0.1:${own}${path}`, ['vite-hmr'], {
      headers: { host, ...headers },
    })
    await new Promise((resolve, reject) => {
      client.once('open', resolve)
      client.once('error', reject)
      client.once('unexpected-response', (_, res) => reject(new Error(`status ${res.statusCode}`)))
    })
    return client
  }

  it('pass both ways, text and binary, with the same Host as HTTP', async () => {
    const cookie = (await enter()).slice('Cookie: '.length)
    const client = await dial('/hmr?token=1', { cookie, origin: `http://${hostOf()}` })
    expect(client.protocol).toBe('vite-hmr')
    client.send('update')
    expect((await once(client, 'message'))[0].toString()).toBe('update')
    const big = Buffer.alloc(3_000_000, 5)
    client.send(big)
    expect(((await once(client, 'message'))[0] as Buffer).equals(big)).toBe(true)
    expect(program.seen[0]?.headers).toMatchObject({
      host: `localhost:${program.port}`,
      origin: `http://localhost:${program.port}`,
      'x-forwarded-host': hostOf(),
    })
    expect(program.seen[0]?.headers.cookie).toBeUndefined()
    client.close()
    await once(client, 'close')
    for (const stream of opened) if (!stream.destroyed) await once(stream, 'close')
  })

  it('need the cookie', async () => {
    await expect(dial('/hmr', { origin: `http://${hostOf()}` })).rejects.toThrow('status 401')
    expect(program.seen).toHaveLength(0)
  })

  it.each([`http://evil.example`, 'null', `http://${OTHER}.localhost`, 'http://localhost'])(
    'from a page of %s are refused',
    async (origin) => {
      const cookie = (await enter()).slice('Cookie: '.length)
      await expect(dial('/hmr', { cookie, origin })).rejects.toThrow('status 403')
      expect(program.seen).toHaveLength(0)
    },
  )

  it('that the program refuses are refused with its own answer', async () => {
    const cookie = (await enter()).slice('Cookie: '.length)
    await expect(dial('/no', { cookie })).rejects.toThrow('status 403')
  })

  it('to a closed port are 502, and to a stopped sandbox 503', async () => {
    const cookie = (await enter(1)).slice('Cookie: '.length)
    await expect(dial('/', { cookie }, hostOf(1))).rejects.toThrow('status 502')
    openError = new SandboxError('sandbox_stopped', 'stopped')
    await expect(dial('/', { cookie }, hostOf(1))).rejects.toThrow('status 503')
  })

  it('end when the program ends', async () => {
    const cookie = (await enter()).slice('Cookie: '.length)
    const client = await dial('/hmr', { cookie })
    for (const peer of program.sockets.clients) peer.terminate()
    await once(client, 'close')
  })
})

describe('the path form', () => {
  function pathOf(): string {
    const context = { ...workbench(), origin: 'http://10.0.0.5:3000', base: `/sandboxes/${ID}` }
    return new URL(tickets.create(ID, program.port, context).url).pathname
  }

  it('is used where browsers know no host for the preview', () => {
    expect(pathOf()).toMatch(new RegExp(`^/sandboxes/${ID}/ports/${program.port}/~[^/]+/$`))
  })

  it('is not used on this machine, or where a domain is set', () => {
    const context = { ...workbench(), origin: `http://127.0.0.1:${own}`, base: `/sandboxes/${ID}` }
    expect(tickets.create(ID, 80, context).origin).toBe(`http://${ID}-80.localhost:${own}`)
    const sandboxDomain = { isSecure: true, host: 'boxes.example.dev' }
    const withDomain = new PreviewTickets({ passes, sandboxDomain })
    expect(withDomain.create(ID, 80, context).origin).toBe(`https://${ID}-80.boxes.example.dev`)
  })

  it('has no origin and carries no cookie either way', async () => {
    answer = (_, res) => {
      res.setHeader('Set-Cookie', 'sid=1')
      res.setHeader('Service-Worker-Allowed', '/')
      res.setHeader('Access-Control-Allow-Origin', '*')
      res.end('page')
    }
    const headers = [
      'Cookie: sandlot_session=x; a=1',
      'Authorization: Bearer sl_key',
      'X-ComputeSDK-API-Key: sl_key',
    ]
    const got = await ask(`${pathOf()}deep?x=1`, { host: 'localhost', headers })
    expect(got.status).toBe(200)
    expect(got.headers.get('content-security-policy')).toMatch(
      /sandbox allow-scripts allow-forms; frame-ancestors http:\/\/10\.0\.0\.5:3000$/,
    )
    expect(got.headers.get('set-cookie')).toBeNull()
    expect(got.headers.get('service-worker-allowed')).toBeNull()
    expect(got.headers.get('access-control-allow-origin')).toBe('null')
    expect(got.headers.get('referrer-policy')).toBe('no-referrer')
    const seen = program.seen[0]
    expect(seen?.url).toBe('/deep?x=1')
    expect(seen?.headers.cookie).toBeUndefined()
    expect(seen?.headers.authorization).toBeUndefined()
    expect(seen?.headers['x-computesdk-api-key']).toBeUndefined()
  })

  it('keeps redirects below the ticket', async () => {
    answer = (_, res) => res.writeHead(302, { Location: '/next' }).end()
    const path = pathOf()
    const got = await ask(path, { host: 'localhost' })
    expect(got.headers.get('location')).toBe(`${path}next`)
    const bare = await ask(path.slice(0, -1), { host: 'localhost' })
    expect(bare.headers.get('location')).toBe(path)
  })

  it('answers preflights of pages without an origin', async () => {
    const headers = [
      'Origin: null',
      'Access-Control-Request-Method: PUT',
      'Access-Control-Request-Headers: x-a',
    ]
    const got = await ask(pathOf(), { host: 'localhost', method: 'OPTIONS', headers })
    expect(got.status).toBe(204)
    expect(got.headers.get('access-control-allow-origin')).toBe('null')
    expect(got.headers.get('access-control-allow-headers')).toBe('x-a')
  })

  it('needs its ticket', async () => {
    const path = pathOf()
    for (const wrong of [path.replace('/~', '/~x'), path.replace(ID, OTHER), path.replace(/~.*/, '~/')])
      expect((await ask(wrong, { host: 'localhost' })).status).toBe(401)
    expect(program.seen).toHaveLength(0)
  })
})

describe('a public port', () => {
  beforeEach(() => publicIds.add(ID))
  const pathOf = (id = ID) => `/sandboxes/${id}/ports/${program.port}/~public`
  const localhost = () => ({ host: `localhost:${own}` })

  it('is open to whoever comes, on its own host and in path form, and may be framed by all', async () => {
    answer = (_, res) => {
      res.setHeader('Set-Cookie', ['a=1; Domain=localhost', 'sandlot_session=stolen'])
      res.end('hello')
    }
    const onHost = await ask('/a', { headers: ['Cookie: b=2; sandlot_session=s'] })
    expect([onHost.status, onHost.text]).toEqual([200, 'hello'])
    expect(onHost.headers.get('content-security-policy')).toBe('frame-ancestors *')
    expect(onHost.headers.getSetCookie()).toEqual(['a=1; Secure; SameSite=None; Partitioned'])
    expect(program.seen[0]?.headers.cookie).toBe('b=2')
    const secrets = ['Cookie: sandlot_session=s; b=2', 'Authorization: Bearer s', 'X-ComputeSDK-API-Key: s']
    const inPath = await ask(`${pathOf()}/a?b=c`, { ...localhost(), headers: secrets })
    expect([inPath.status, inPath.text]).toEqual([200, 'hello'])
    expect(inPath.headers.getSetCookie()).toEqual([])
    expect(inPath.headers.get('content-security-policy')).toBe(
      'sandbox allow-scripts allow-forms; frame-ancestors *',
    )
    const { url, headers } = program.seen[1] ?? { url: '', headers: {} }
    expect(url).toBe('/a?b=c')
    for (const name of ['cookie', 'authorization', 'x-computesdk-api-key'])
      expect(headers).not.toHaveProperty(name)
  })

  it('keeps redirects and the end of its address in its own folder', async () => {
    expect((await ask(pathOf(), localhost())).headers.get('location')).toBe(`${pathOf()}/`)
    answer = (_, res) => {
      res.writeHead(302, { Location: '/next' })
      res.end()
    }
    expect((await ask(`${pathOf()}/`, localhost())).headers.get('location')).toBe(`${pathOf()}/next`)
  })

  it('is as the workbench has it for who comes with a pass', async () => {
    const cookie = await enter()
    const { headers } = await ask('/', { headers: [cookie] })
    expect(headers.get('content-security-policy')).toBe(`frame-ancestors ${workbench().origin}`)
  })

  it('says so while nothing answers', async () => {
    openError = new SandboxError('port_closed', 'Nothing listens.')
    const page = await ask('/', { headers: ['Sec-Fetch-Mode: navigate'] })
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([
      502,
      expect.stringContaining('frame-ancestors *'),
    ])
  })

  it('takes WebSockets of programs and of its own pages, and of no others', async () => {
    const statusOf = (origin?: string) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${own}/`, {
          headers: { host: hostOf(), ...(origin === undefined ? {} : { origin }) },
        })
        socket.on('error', () => undefined)
        socket.on('open', () => {
          socket.terminate()
          resolve(101)
        })
        socket.on('unexpected-response', (_request, response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        })
      })
    expect(await statusOf()).toBe(101)
    expect(await statusOf(`http://${hostOf()}`)).toBe(101)
    expect(await statusOf('http://evil.example')).toBe(403)
  })

  it('makes no other sandbox public', async () => {
    expect((await ask('/', { host: hostOf(program.port, OTHER) })).status).toBe(401)
    expect((await ask(`${pathOf(OTHER)}/`, localhost())).status).toBe(401)
    publicIds.clear()
    expect((await ask('/')).status).toBe(401)
    expect((await ask(`${pathOf()}/`, localhost())).status).toBe(401)
    expect((await ask(`${pathOf().replace('public', '')}/`, localhost())).status).toBe(401)
    expect(program.seen).toHaveLength(0)
  })
})

import { once } from 'node:events'
import { type IncomingMessage, request as sendRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SandboxError } from '@/lib/errors'
import type { Target } from './address'
import { createHttpServer, type HttpServer, type Site } from './http-server'
import { createLogger } from './log'

const ID = 'abcdefgh12345678'
const SECRET = 'hunter2-hunter2'

let http: HttpServer
let port: number
let lines: string[]
let onLine: () => void

beforeEach(async () => {
  lines = []
  onLine = () => undefined
  const write = (line: string) => {
    lines.push(line)
    onLine()
  }
  http = createHttpServer({
    log: createLogger('trace', { write }),
    book: {
      appHosts: new Set(['localhost']),
      sandboxDomains: ['localhost'],
      publicNames: new Set(),
      isDev: false,
    },
    isSecureHost: () => false,
    sites: { app: refusing(), api: refusing(), sandbox: refusing(), preview: refusing() },
  })
  http.server.listen(0, '127.0.0.1')
  await once(http.server, 'listening')
  port = (http.server.address() as AddressInfo).port
})
afterEach(() => http.close())

/** Fails in each of the ways in which requests fail. */
function refusing<Kind extends Target['kind']>(): Site<Kind> {
  const refuse = (path: string) => {
    if (path === '/crash') throw new Error('It broke.')
    if (path === '/unprovided')
      throw new SandboxError('provider_failed', 'See the log.', { cause: new Error('No such program.') })
    throw new SandboxError('unauthorized', 'No.')
  }
  return {
    request: (_req, _res, { path }) => refuse(path),
    upgrade: (_req, _socket, _head, { path }) => refuse(path),
  }
}

async function send(
  host: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<IncomingMessage> {
  const sent = sendRequest({ port, path, headers: { host, ...headers }, agent: false })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  answer.resume()
  await once(answer, 'close')
  return answer
}

/** The line of the log for a request, once it is written. */
async function logged(requestId: unknown, msg: string): Promise<Record<string, unknown>> {
  for (;;) {
    const found = lines
      .map((line) => JSON.parse(line))
      .find((line) => line.requestId === requestId && line.msg === msg)
    if (found) return found
    await new Promise<void>((resolve) => {
      onLine = resolve
    })
  }
}

describe('each request', () => {
  it('is one line of JSON with the id that its answer has', async () => {
    const { headers } = await send(`${ID}.localhost`, '/health?x=1')
    const id = headers['x-request-id']
    expect(await logged(id, 'request')).toMatchObject({
      level: 30,
      method: 'GET',
      kind: 'sandbox',
      sandboxId: ID,
      path: '/health',
      status: 401,
      requestId: id,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    })
    const other = await send(`${ID}.localhost`, '/health')
    expect(other.headers['x-request-id']).not.toBe(id)
  })

  it('that breaks has its error under the same id', async () => {
    const { headers } = await send(`${ID}.localhost`, '/crash')
    const id = headers['x-request-id']
    expect(await logged(id, 'request failed')).toMatchObject({ level: 50, err: { message: 'It broke.' } })
    expect(await logged(id, 'request')).toMatchObject({ level: 40, status: 500 })
  })

  it('that the provider fails has the cause, to which the answer sends', async () => {
    const { headers } = await send(`${ID}.localhost`, '/unprovided')
    const id = headers['x-request-id']
    expect(await logged(id, 'request failed')).toMatchObject({
      level: 50,
      err: { message: 'No such program.' },
    })
  })

  it('has a path of a bounded length', async () => {
    const { headers } = await send('localhost', `/v1/${'a'.repeat(10_000)}`)
    expect(String((await logged(headers['x-request-id'], 'request')).path).length).toBeLessThanOrEqual(512)
  })
})

describe('a secret is not logged', () => {
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket' }
  const rows: [string, string, string, Record<string, string>][] = [
    ['in Authorization', 'localhost', '/v1/sandboxes', { authorization: `Bearer ${SECRET}` }],
    ['as an API key', 'localhost', '/v1/sandboxes', { 'x-computesdk-api-key': SECRET }],
    ['in a cookie', `${ID}.localhost`, '/sandbox', { cookie: `sandlot_session=${SECRET}` }],
    ['in a query', `${ID}.localhost`, `/events?token=${SECRET}`, {}],
    ['in the query of an upgrade', `${ID}.localhost`, `/events?token=${SECRET}`, upgrade],
    ['of a magic link', `${ID}.localhost`, `/auth/magic/${SECRET}`, {}],
    ['of a magic link in path form', 'localhost', `/sandboxes/${ID}/auth/magic/${SECRET}`, {}],
    [
      'of a magic link at a host that is not ours',
      'evil.example',
      `/sandboxes/${ID}/auth/magic/${SECRET}`,
      {},
    ],
    ['of a preview', 'localhost', `/sandboxes/${ID}/ports/80/~${SECRET}/a`, {}],
    ['of a preview in an upgrade', 'localhost', `/sandboxes/${ID}/ports/80/~${SECRET}/a`, upgrade],
    ['of a preview of no port', 'localhost', `/sandboxes/${ID}/ports/0/~${SECRET}/a`, {}],
    ['of a preview at a host that is not ours', 'evil.example', `/sandboxes/${ID}/ports/80/~${SECRET}/a`, {}],
    ['of a preview on its own host', `${ID}-80.localhost`, `/~sandlot/enter?ticket=${SECRET}`, {}],
    [
      'in a request line with a host',
      'localhost',
      `http://localhost/sandboxes/${ID}/auth/magic/${SECRET}`,
      {},
    ],
  ]
  it.each(rows)('%s', async (_name, host, path, headers) => {
    const { headers: answered } = await send(host, path, headers)
    const id = answered['x-request-id'] ?? (await anyId())
    await logged(id, headers.upgrade === undefined ? 'request' : 'upgrade ended')
    expect(lines.join('')).not.toContain(SECRET)
  })

  it('where somebody logs the whole of what has it', async () => {
    const log = createLogger('info', { write: (line: string) => lines.push(line) })
    for (const name of ['authorization', 'cookie', 'token', 'secret', 'key']) {
      log.info({ [name]: SECRET }, 'at the top')
      log.info({ headers: { [name]: SECRET } }, 'inside')
    }
    expect(lines).toHaveLength(10)
    expect(lines.join('')).not.toContain(SECRET)
  })

  /** A refused upgrade says its id, too; where it does not, there is only one. */
  async function anyId(): Promise<unknown> {
    while (lines.length === 0)
      await new Promise<void>((resolve) => {
        onLine = resolve
      })
    return JSON.parse(lines[0] ?? '{}').requestId
  }
})

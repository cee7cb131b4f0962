import type { RequestListener } from 'node:http'
import { Duplex, Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { SandboxError } from '@/lib/errors'
import { AgentConnection } from './agent-connection'
import { AgentHttp } from './agent-http'
import { startHostileAgent } from './hostile-agent.test-support'

type Agent = Awaited<ReturnType<typeof startHostileAgent>>
let agent: Agent | undefined
let connection: AgentConnection | undefined

afterEach(async () => {
  connection?.close(new SandboxError('unavailable', 'The test is over.'))
  await agent?.stop()
  agent = undefined
})

async function connectTo(answer: RequestListener): Promise<AgentConnection> {
  agent = await startHostileAgent(answer)
  connection = new AgentConnection(agent.dial, 'the-secret')
  return connection
}

function refusing(status: number, body: string): RequestListener {
  return (_request, response) => response.writeHead(status).end(body)
}

/** Two ends of one stream that is no socket, as a provider may dial it. */
function duplexPair(): [Duplex, Duplex] {
  const ends: Duplex[] = []
  const end = (other: number) =>
    new Duplex({
      read: () => undefined,
      write: (chunk, _encoding, done) => {
        ends[other]?.push(chunk)
        done()
      },
    })
  const pair: [Duplex, Duplex] = [end(1), end(0)]
  ends.push(...pair)
  return pair
}

async function failureOf(act: Promise<unknown>): Promise<SandboxError> {
  const thrown = await act.then(
    () => null,
    (error) => error,
  )
  expect(thrown).toBeInstanceOf(SandboxError)
  return thrown
}

const ENTRY = { name: 'a', path: '/a', type: 'file', sizeBytes: 1, modifiedAtMs: 1, mode: 0o644 }

describe('an agent from before there were names', () => {
  it('is asked for the whole listing instead', async () => {
    const link = { ...ENTRY, name: 'l', type: 'symlink', targetType: 'directory' }
    const entries = [ENTRY, { ...ENTRY, name: 'd', type: 'directory' }, link]
    const inside = await connectTo((request, response) => {
      if (request.url?.startsWith('/files/list')) {
        response.end(JSON.stringify({ path: '/', entries, isTruncated: false }))
      } else response.writeHead(404).end(JSON.stringify({ code: 'not_found', message: 'There is nothing.' }))
    })
    expect(await inside.names('/')).toEqual({
      path: '/',
      directories: ['d', 'l'],
      files: ['a'],
      links: ['l'],
      isTruncated: false,
    })
  })
})

describe('what is said to an agent', () => {
  it('carries its secret and an encoded path, on connections that are used again', async () => {
    const seen: unknown[] = []
    const inside = await connectTo((request, response) => {
      seen.push([request.url, request.headers.authorization])
      response.end(JSON.stringify(ENTRY))
    })
    await inside.stat('/a b+c&d')
    await inside.stat('/é')
    expect(seen).toEqual([
      ['/files/stat?path=%2Fa%20b%2Bc%26d', 'Bearer the-secret'],
      ['/files/stat?path=%2F%C3%A9', 'Bearer the-secret'],
    ])
    expect(agent?.connections()).toBe(1)
  })

  it('is asked again on a new connection when an idle one was closed', async () => {
    const inside = await connectTo((request, response) => {
      response.end(JSON.stringify(ENTRY), () => request.socket.destroySoon())
    })
    for (let index = 0; index < 5; index++) await inside.stat('/a')
    expect(agent?.connections()).toBeGreaterThan(1)
  })
})

describe('a terminal stream', () => {
  it('is opened with the key of its browser and nothing else of it', async () => {
    const seen: unknown[] = []
    agent = await startHostileAgent(
      () => undefined,
      (socket, request) => {
        seen.push([request.url, request.headers])
        socket.send('hello')
      },
    )
    connection = new AgentConnection(agent.dial, 'the-secret')
    const key = Buffer.alloc(16, 7).toString('base64')
    const { stream, head } = await connection.openTerminal('t1', { offset: 5, role: 'viewer', key })
    expect(seen).toEqual([
      [
        '/terminals/t1/stream?offset=5&role=reader&locked=true',
        {
          host: 'agent',
          authorization: 'Bearer the-secret',
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': key,
        },
      ],
    ])
    const first =
      head.length > 0 ? head : await new Promise<Buffer>((resolve) => stream.once('data', resolve))
    // An unmasked text frame of five bytes.
    expect(first.subarray(0, 7)).toEqual(Buffer.from([0x81, 5, ...Buffer.from('hello')]))
  })

  it.each([
    [
      'another key',
      'HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n',
    ],
    ['no WebSocket', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['headers without end', `HTTP/1.1 101 x\r\n${'X-A: b\r\n'.repeat(20_000)}`],
  ])('is refused from an agent that answers with %s', async (_name, answer) => {
    const [near, far] = duplexPair()
    far.once('data', () => far.write(answer))
    connection = new AgentConnection(async () => near, 'x')
    const opening = connection.openTerminal('t', { offset: null, role: 'writer', key: 'k' })
    expect((await failureOf(opening)).code).toBe('agent_failed')
    expect(near.destroyed).toBe(true)
  })
})

describe('an agent that lies', () => {
  it.each([
    ['no JSON', 'hello'],
    ['another shape', '{"name":1}'],
    ['a negative size', JSON.stringify({ ...ENTRY, sizeBytes: -1 })],
  ])('is not believed: %s', async (_name, body) => {
    const inside = await connectTo((_request, response) => response.end(body))
    expect((await failureOf(inside.stat('/a'))).code).toBe('agent_failed')
  })

  it('may not speak of sign-in, nor in codes that do not exist', async () => {
    for (const code of [
      'unauthorized',
      'forbidden',
      'quota_exceeded',
      'sandbox_not_found',
      'made_up',
      '__proto__',
    ]) {
      const inside = await connectTo(refusing(401, JSON.stringify({ code, message: 'Sign in again' })))
      expect((await failureOf(inside.stat('/a'))).code).toBe('agent_failed')
      await agent?.stop()
    }
    agent = undefined
  })

  it('is heard where it speaks of files, at a bounded length and without control characters', async () => {
    const message = `gone\u001b[2J${'x'.repeat(10_000)}`
    const inside = await connectTo(refusing(404, JSON.stringify({ code: 'file_not_found', message })))
    const failure = await failureOf(inside.stat('/a'))
    expect(failure.code).toBe('file_not_found')
    expect(failure.message).toMatch(/^gone�\[2Jx+…$/)
    expect(failure.message.length).toBeLessThan(600)
  })

  it('cannot fill our memory with an answer, a refusal or headers', async () => {
    const flood: RequestListener = (_request, response) => {
      const timer = setInterval(() => response.write(Buffer.alloc(256 * 1024, 'x')), 1)
      response.once('close', () => clearInterval(timer))
    }
    const inside = await connectTo(flood)
    expect((await failureOf(inside.stat('/a'))).message).toContain('too large')
    await agent?.stop()
    const refusal = await connectTo((request, response) => {
      response.statusCode = 500
      flood(request, response)
    })
    expect((await failureOf(refusal.stat('/a'))).code).toBe('agent_failed')
    await agent?.stop()
    const headers = await connectTo((_request, response) => {
      response.setHeader('x-long', 'y'.repeat(500_000)).end('{}')
    })
    expect((await failureOf(headers.stat('/a'))).code).toBe('agent_failed')
  })

  it('cannot put headers into our answers', async () => {
    const inside = await connectTo((_request, response) => {
      response.setHeader('etag', 'no quotes').setHeader('content-range', 'lines 1-2/3')
      response.setHeader('last-modified', '<script>').setHeader('set-cookie', 'a=b').end('x')
    })
    const content = await inside.readFile('/a')
    expect(content).toMatchObject({ status: 200, etag: null, contentRange: null, lastModified: null })
    content.stream.destroy()
  })

  it('cannot answer with a status that means something to browsers', async () => {
    const inside = await connectTo((_request, response) =>
      response.writeHead(302, { location: 'https://evil' }).end(),
    )
    expect((await failureOf(inside.readFile('/a'))).code).toBe('agent_failed')
  })

  it('is refused with a contract that is neither ours nor the one before', async () => {
    for (const [contractVersion, isFine] of [
      [1, true],
      [0, true],
      [2, false],
      [-7, false],
    ] as const) {
      const inside = await connectTo((_request, response) => {
        response.end(JSON.stringify({ contractVersion, uptimeMs: 1 }))
      })
      const failure = await inside.checkVersion().catch((error: SandboxError) => error.code)
      expect([contractVersion, failure]).toEqual([contractVersion, isFine ? undefined : 'agent_failed'])
      await agent?.stop()
    }
    agent = undefined
  })
})

describe('an agent that hangs', () => {
  it('is given up after the time of the call', async () => {
    agent = await startHostileAgent(() => undefined)
    const http = new AgentHttp(agent.dial, 'x')
    const failure = await failureOf(http.json(z.unknown(), 'GET', '/health', { timeoutMs: 30 }))
    expect([failure.code, failure.message]).toEqual([
      'agent_failed',
      expect.stringContaining('did not answer'),
    ])
    http.close(failure)
  })

  it('is given up in the middle of an answer too', async () => {
    agent = await startHostileAgent((_request, response) => void response.write('{"a":'))
    const http = new AgentHttp(agent.dial, 'x')
    expect((await failureOf(http.json(z.unknown(), 'GET', '/health', { timeoutMs: 30 }))).code).toBe(
      'agent_failed',
    )
    http.close(new SandboxError('unavailable', ''))
  })

  it('leaves nobody waiting when the sandbox is stopped', async () => {
    const inside = await connectTo(() => undefined)
    const waiting = [inside.stat('/a'), inside.run({ command: 'x' }), inside.openPort(1)]
    const failures = Promise.all(waiting.map(failureOf))
    await expect.poll(() => agent?.connections()).toBeGreaterThanOrEqual(2)
    inside.close(new SandboxError('sandbox_stopped', 'It was stopped.'))
    for (const failure of await failures)
      expect(['sandbox_stopped', 'agent_failed', 'port_closed']).toContain(failure.code)
    expect((await failureOf(inside.stat('/a'))).code).toBe('sandbox_stopped')
  })

  it('is not asked more than it can have in hand', async () => {
    const inside = await connectTo(() => undefined)
    const waiting = Array.from({ length: 128 }, () => failureOf(inside.stat('/a')))
    expect((await failureOf(inside.stat('/a'))).code).toBe('too_many')
    inside.close(new SandboxError('sandbox_stopped', ''))
    await Promise.all(waiting)
  })
})

describe('a written body', () => {
  it('is not taken for whole when it was cut short', async () => {
    let isWhole: boolean | null = null
    const inside = await connectTo((request) => {
      request.resume()
      request.once('close', () => {
        isWhole = request.complete
      })
    })
    const body = new Readable({ read: () => undefined })
    body.push('half')
    const failure = failureOf(inside.writeFile('/a', body))
    await expect.poll(() => agent?.connections()).toBe(1)
    body.destroy()
    expect((await failure).code).toBe('bad_request')
    await expect.poll(() => isWhole).toBe(false)
  })

  it('stays readable for its sender when the agent refuses early', async () => {
    const inside = await connectTo(
      refusing(412, JSON.stringify({ code: 'precondition_failed', message: 'stale' })),
    )
    const body = new Readable({ read: () => undefined })
    body.push('beginning')
    expect((await failureOf(inside.writeFile('/a', body))).code).toBe('precondition_failed')
    expect(body.destroyed).toBe(false)
  })
})

import type { Sandbox } from 'computesdk'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { ReadyAnswer, type ServerEvent, ServersAnswer } from '@/lib/protocol/servers'
import { publishedClient } from './published-client.test-support'
import { createSandbox, type Stack, startStack, type TestSandbox } from './stack.test-support'

/** A condition that comes late on a busy machine has still come. */
const until = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 15_000 })

let stack: Stack
let sandbox: TestSandbox
let client: Sandbox

beforeAll(async () => {
  stack = await startStack()
  const { key } = await stack.newOwner()
  sandbox = await createSandbox(stack, key)
  client = publishedClient(sandbox)
})
afterAll(() => stack.stop())
afterEach(async () => {
  for (const { slug } of await client.server.list()) await client.server.delete(slug)
})

const becomes = (slug: string, status: string) =>
  until(async () => {
    const server = await client.server.retrieve(slug)
    expect(server.status).toBe(status)
    return server
  })
const refusalOf = async (body: object) => {
  const response = await sandbox.call('POST', '/servers', { slug: 'web', start: 'sleep 100', ...body })
  return { status: response.status, ...((await response.json()) as { error: string; code: string }) }
}
const PYTHON = 'python3 -m http.server $PORT'

describe('the published client', () => {
  it('starts a server whose url, told by ready(), can be fetched', async () => {
    const started = await client.server.start({ slug: 'web', start: PYTHON, port: 8000 })
    expect(started).toMatchObject({
      slug: 'web',
      status: 'starting',
      path: '/workspace',
      port: 8000,
      restart_policy: 'never',
      max_restarts: 0,
      restart_count: 0,
      restart_delay: 1_000_000_000,
      stop_timeout: 10_000_000_000,
      autostart: true,
      strict_port: false,
      exit_code: null,
    })
    expect((await client.server.retrieve('web')).pid).toBeGreaterThan(1)
    const ready = await until(async () => {
      const answer = await client.ready()
      expect(answer.ready).toBe(true)
      return answer
    })
    expect(ready.servers).toMatchObject([{ slug: 'web', port: 8000, status: 'ready' }])
    expect(ready.healthy).toBeUndefined()
    const page = await fetch(`${ready.servers[0]?.url}/`)
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Directory listing')])
  })

  it('lists, stops, restarts, replaces and deletes', async () => {
    await client.server.start({ slug: 'one', start: 'echo one; sleep 100', path: '/tmp', autostart: false })
    await client.server.start({ slug: 'two', start: 'sleep 100' })
    expect((await client.server.list()).map(({ slug }) => slug)).toEqual(['one', 'two'])
    const { pid } = await becomes('one', 'running')
    await client.server.stop('one')
    const stopped = await client.server.retrieve('one')
    expect(stopped).toMatchObject({
      status: 'stopped',
      path: '/tmp',
      original_path: '/tmp',
      autostart: false,
    })
    expect(stopped.pid).toBeUndefined()
    expect((await sandbox.run(`kill -0 ${pid}`)).exit_code).not.toBe(0)
    const restarted = await client.server.restart('one')
    expect(['starting', 'running']).toContain(restarted.status)
    await expect(client.server.start({ slug: 'one', start: 'sleep 1' })).rejects.toThrow('409')
    await client.server.stop('one')
    const replaced = await client.server.start({ slug: 'one', start: 'sleep 99' })
    expect(replaced.start).toBe('sleep 99')
    await client.server.delete('one')
    await expect(client.server.retrieve('one')).rejects.toThrow('404')
    expect(await client.server.list()).toHaveLength(1)
  })

  it('reads logs by stream, and sets a status', async () => {
    await client.server.start({ slug: 'logs', start: 'echo out; echo err >&2; sleep 100' })
    await until(async () => expect((await client.server.logs('logs')).logs).toMatch(/out\n|err\n/))
    await until(async () => expect((await client.server.logs('logs')).logs).toHaveLength(8))
    expect(await client.server.logs('logs', { stream: 'stdout' })).toEqual({
      slug: 'logs',
      stream: 'stdout',
      logs: 'out\n',
    })
    expect((await client.server.logs('logs', { stream: 'stderr' })).logs).toBe('err\n')
    const tail = await sandbox.call('GET', '/servers/logs/logs?stream=stdout&tail=2')
    expect(await tail.json()).toMatchObject({ data: { logs: 't\n' } })
    expect((await sandbox.call('GET', '/servers/logs/logs?tail=0')).status).toBe(400)
    await client.server.updateStatus('logs', 'failed')
    expect((await client.server.retrieve('logs')).status).toBe('failed')
  })

  it('is told of health, restarts, exit codes and what a server was given', async () => {
    await client.runCommand("mkdir -p app && printf 'A=1\\nB=file\\n' > app/.env && echo ok > app/health")
    await client.server.start({
      slug: 'full',
      install: 'echo installing',
      start: 'echo "$A $B $C $PORT"; exec python3 -m http.server $PORT',
      path: 'app',
      env_file: '.env',
      environment: { B: 'inline', C: '3' },
      port: 9100,
      restart_policy: 'on-failure',
      restart_delay_ms: 200,
      stop_timeout_ms: 1500,
      health_check: { path: '/health', interval_ms: 100, delay_ms: 0 },
    })
    const server = await becomes('full', 'ready')
    expect(server).toMatchObject({
      install: 'echo installing',
      path: '/workspace/app',
      original_path: 'app',
      env_file: '.env',
      environment: { B: 'inline', C: '3' },
      restart_delay: 200_000_000,
      stop_timeout: 1_500_000_000,
      health_check: { path: '/health', interval_ms: 100, timeout_ms: 1500, delay_ms: 0 },
      healthy: true,
      health_status: { last_status: 200, consecutive_failures: 0, last_check: expect.any(String) },
    })
    const seen = async () =>
      ServersAnswer.parse(await sandbox.json('GET', '/servers')).data.servers.find(
        ({ slug }) => slug === 'full',
      )
    const before = await seen()
    expect(before).toMatchObject({ asked_port: 9100, status_since: expect.any(String) })
    // Its checks go on, and make it no newer.
    await vi.waitFor(async () => expect((await seen())?.updated_at).not.toBe(before?.updated_at))
    expect((await seen())?.status_since).toBe(before?.status_since)
    expect((await client.server.logs('full')).logs).toContain('installing\n1 inline 3 9100\n')
    expect((await client.ready()).healthy).toBe(true)
    expect((await client.ready()).servers[0]?.health_check).toMatchObject({ consecutive_failures: 0 })
    await sandbox.run(`kill -9 ${server.pid}`)
    await until(async () => {
      expect(await client.server.retrieve('full')).toMatchObject({ status: 'ready', restart_count: 1 })
    })
    await client.server.start({ slug: 'crash', start: 'exit 5', restart_policy: 'never' })
    expect(await becomes('crash', 'failed')).toMatchObject({ exit_code: 5, restart_count: 0 })
    expect(await client.ready()).toMatchObject({ ready: false })
  })

  it('waits for overlays, inline and by id, which ready() tells too', async () => {
    await client.runCommand(
      'mkdir -p template/node_modules/dep; echo light > template/a; echo heavy > template/node_modules/dep/b',
    )
    const template = { source: '/workspace/template', strategy: 'copy' as const }
    const { id } = await client.filesystem.overlay.create({ ...template, target: 'first' })
    const server = await client.server.start({
      slug: 'over',
      start: 'cat a node_modules/dep/b ../first/node_modules/dep/b; sleep 100',
      path: 'second',
      depends_on: [id],
      overlay: { ...template, target: 'second' },
    })
    expect(server.depends_on).toEqual([id, expect.any(String)])
    await until(async () => expect((await client.server.logs('over')).logs).toBe('light\nheavy\nheavy\n'))
    expect((await client.ready()).overlays).toEqual([
      { id, source: '/workspace/template', target: 'first', copy_status: 'complete' },
      expect.objectContaining({ target: 'second', copy_status: 'complete' }),
    ])
  })

  it('finds its servers again after the sandbox was stopped and started', async () => {
    await client.server.start({ slug: 'auto', start: PYTHON, port: 8100 })
    await client.server.start({ slug: 'manual', start: 'sleep 100', autostart: false })
    await becomes('auto', 'ready')
    await stack.sandboxes.stop(sandbox.sandboxId)
    expect((await fetch(`${sandbox.url}/ready`)).status).toBe(503)
    await stack.sandboxes.start(sandbox.sandboxId)
    const server = await becomes('auto', 'ready')
    expect(server).toMatchObject({ port: 8100, restart_count: 0 })
    expect((await fetch(`${server.url}/`)).status).toBe(200)
    expect((await client.server.retrieve('manual')).status).toBe('stopped')
  })
})

describe('POST /servers', () => {
  it.each([
    [{ slug: 'a/b' }, 'slug'],
    [{ slug: undefined }, 'slug'],
    [{ start: undefined }, 'start'],
    [{ start: 'x'.repeat(20_000) }, 'start'],
    [{ start: 'a\0b' }, 'NUL'],
    [{ environment: { A: 'x\0y' } }, 'NUL'],
    [{ environment: { A: 1 } }, 'environment.A'],
    [{ port: 0 }, 'port'],
    [{ port: 65_536 }, 'port'],
    [{ port: '8000' }, 'port'],
    [{ path: '../..' }, '..'],
    [{ path: 'no/such/place' }, '/workspace/no/such/place'],
    [{ path: '/etc/passwd' }, '/etc/passwd'],
    [{ env_file: 'none.env' }, 'none.env'],
    [{ restart_policy: 'often' }, 'restart_policy'],
    [{ max_restarts: -1 }, 'max_restarts'],
    [{ restart_delay_ms: 1e12 }, 'restart_delay_ms'],
    [{ stop_timeout_ms: 0.5 }, 'stop_timeout_ms'],
    [{ health_check: { path: 'http://192.0.2.1/' } }, 'health_check.path'],
    [{ health_check: { path: '//192.0.2.1/' } }, 'health_check.path'],
    [{ health_check: { path: '/a\r\nHost: b' } }, 'health_check.path'],
    [{ health_check: { interval_ms: 1 } }, 'health_check.interval_ms'],
    [{ depends_on: ['nothing'] }, 'overlay'],
    [{ overlays: [{ source: '/no/such', target: 'app' }] }, '/no/such'],
    [{ overlay: { source: 'relative', target: 'app' } }, 'relative'],
    [{ overlay: { target: 'app' } }, 'overlay.source'],
  ])('refuses %j', async (body, word) => {
    expect(await refusalOf(body)).toMatchObject({ status: 400, error: expect.stringContaining(word) })
    expect(await client.server.list()).toEqual([])
  })

  it('gives another port than one that is taken, or says that it is', async () => {
    await client.server.start({ slug: 'first', start: PYTHON, port: 8200 })
    await becomes('first', 'ready')
    expect(await refusalOf({ port: 8200, strict_port: true })).toMatchObject({
      status: 409,
      code: 'conflict',
    })
    const second = await client.server.start({ slug: 'second', start: PYTHON, port: 8200 })
    expect(second.port).toBe(8201)
    expect((await becomes('second', 'ready')).url).toContain('8201')
  })

  it('takes sixty-four of ten thousand, and the sandbox answers', async () => {
    const statuses = new Map<number, number>()
    for (let i = 0; i < 10_000; i += 100) {
      const batch = Array.from({ length: 100 }, (_, j) =>
        sandbox.call('POST', '/servers', { slug: `s${i + j}`, start: 'exit 0' }),
      )
      for (const { status } of await Promise.all(batch)) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    expect([...statuses.keys()].sort()).toEqual([201, 429])
    expect(statuses.get(201)).toBe(64)
    expect((await sandbox.run('echo here')).stdout).toBe('here\n')
  }, 120_000)
})

describe('who may', () => {
  const asRole = async (role: 'view' | 'edit', method: string, path: string, body?: object) => {
    const { token } = await stack.access.createSessionToken(sandbox.sandboxId, { role })
    return (await sandbox.call(method, path, body, { authorization: `Bearer ${token}` })).status
  }

  it('change servers: editors; look: viewers; read how far it is: anybody', async () => {
    const web = { slug: 'web', start: 'sleep 100' }
    expect(await asRole('view', 'POST', '/servers', web)).toBe(403)
    expect(await asRole('edit', 'POST', '/servers', web)).toBe(201)
    for (const [method, path] of [
      ['POST', '/servers/web/stop'],
      ['POST', '/servers/web/restart'],
      ['DELETE', '/servers/web'],
    ] as const)
      expect(await asRole('view', method, path)).toBe(403)
    expect(await asRole('view', 'PATCH', '/servers/web/status', { status: 'ready' })).toBe(403)
    for (const path of ['/servers', '/servers/web', '/servers/web/logs'])
      expect(await asRole('view', 'GET', path)).toBe(200)
    expect((await fetch(`${sandbox.url}/servers`)).status).toBe(401)
    expect((await fetch(`${sandbox.url}/ready`)).status).toBe(200)
  })

  it('read /ready reads nothing of what servers are to be', async () => {
    await client.server.start({
      slug: 'secret',
      start: 'sleep 100 # s3cret',
      environment: { KEY: 's3cret' },
      port: 8300,
    })
    const text = await (await fetch(`${sandbox.url}/ready`)).text()
    expect(text).not.toContain('s3cret')
    expect(ReadyAnswer.strict().parse(JSON.parse(text)).servers).toHaveLength(1)
    const all = await Promise.all(Array.from({ length: 500 }, () => fetch(`${sandbox.url}/ready`)))
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]))
    expect((await fetch(`${stack.origin}/sandboxes/abcdefgh12345678/ready`)).status).toBe(404)
  })

  it('see a port without a ticket: anybody where an API key made the sandbox, nobody else', async () => {
    await client.server.start({ slug: 'web', start: PYTHON, port: 8400 })
    const { url = '' } = await becomes('web', 'ready')
    expect(url).toBe(`${stack.origin}/sandboxes/${sandbox.sandboxId}/ports/8400/~public`)
    const open = await fetch(`${url}/`, {
      headers: { cookie: 'sandlot_session=x', authorization: 'Bearer y' },
    })
    expect(open.status).toBe(200)
    expect(open.headers.get('content-security-policy')).toContain('sandbox allow-scripts')
    expect(open.headers.get('set-cookie')).toBeNull()
    const { user_id: userId } = (await stack.store.get(sandbox.sandboxId)) ?? { user_id: '' }
    const own = await stack.sandboxes.create({ userId, apiKeyId: null, accessTokenHash: 'none' })
    expect((await fetch(url.replace(sandbox.sandboxId, own.id))).status).toBe(401)
    expect((await fetch(url.replace(sandbox.sandboxId, 'abcdefgh12345678'))).status).toBe(401)
  })
})

describe('answers', () => {
  it('are as the schemas say, and an unknown server is 404', async () => {
    await client.server.start({ slug: 'web', start: 'sleep 100', health_check: {} })
    expect(ServersAnswer.parse(await sandbox.json('GET', '/servers')).data.servers).toHaveLength(1)
    for (const [method, path] of [
      ['GET', '/servers/none'],
      ['POST', '/servers/none/stop'],
      ['POST', '/servers/none/restart'],
      ['DELETE', '/servers/none'],
      ['GET', '/servers/none/logs'],
      ['GET', '/servers/a%2Fb'],
      ['GET', '/servers/__proto__'],
    ] as const)
      expect((await sandbox.call(method, path)).status, path).toBe(404)
    expect((await sandbox.call('GET', '/servers/web/logs?stream=all')).status).toBe(400)
    expect((await sandbox.call('PATCH', '/servers/web/status', { status: 'odd' })).status).toBe(400)
    expect((await sandbox.call('PUT', '/servers/web')).status).toBe(405)
  })
})

describe('WS /servers/events', () => {
  it('tells what there is, what changes and what is gone, and ends with the token', async () => {
    await client.server.start({ slug: 'one', start: 'sleep 100' })
    const { token, id } = await stack.access.createSessionToken(sandbox.sandboxId, { role: 'view' })
    const socket = new WebSocket(`${sandbox.url.replace('http', 'ws')}/servers/events?token=${token}`)
    const events: ServerEvent[] = []
    let closeCode: number | null = null
    socket.on('message', (data) => events.push(JSON.parse(data.toString())))
    socket.on('close', (code) => {
      closeCode = code
    })
    await until(() => expect(events.at(-1)?.type).toBe('ready'))
    expect(events.map(({ type }) => type)).toEqual(['changed', 'ready'])
    await client.server.start({ slug: 'two', start: PYTHON, port: 8500 })
    await until(() =>
      expect(events).toContainEqual({
        type: 'changed',
        server: expect.objectContaining({
          slug: 'two',
          status: 'ready',
          url: expect.stringContaining('8500'),
        }),
      }),
    )
    await client.server.delete('two')
    await until(() => expect(events).toContainEqual({ type: 'removed', slug: 'two' }))
    await stack.access.revokeSessionToken(sandbox.sandboxId, id)
    await until(() => expect(closeCode).toBe(1008))
  })
})

import { execSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ServerRecord } from '@/server/agent-contract/servers'
import { eventually, startAgent, type TestAgent } from '../testing'

let agent: TestAgent
beforeAll(async () => {
  agent = await startAgent()
})
afterAll(() => agent.stop())
afterEach(async () => {
  const all = (await agent.call('GET', '/servers')).json<{ servers: ServerRecord[] }>().servers
  await Promise.all(all.map(({ slug }) => agent.call('DELETE', `/servers/${slug}`)))
})

const body = (changes: object) => ({
  slug: 'web',
  start: 'sleep 1000',
  path: agent.directory,
  strictPort: false,
  autostart: true,
  dependsOn: [],
  restartPolicy: 'never',
  maxRestarts: 0,
  restartDelayMs: 100,
  stopTimeoutMs: 5_000,
  ...changes,
})
const post = (changes: object) => agent.call('POST', '/servers', { body: body(changes) })
const start = async (changes: object) => {
  const reply = await post(changes)
  expect([reply.status, reply.body.toString()]).toEqual([201, expect.any(String)])
  return reply.json<ServerRecord>()
}
const get = async (slug = 'web') => (await agent.call('GET', `/servers/${slug}`)).json<ServerRecord>()
const log = async (stream = 'both', slug = 'web') =>
  (await agent.call('GET', `/servers/${slug}/logs?stream=${stream}`)).json<{ text: string }>().text
const becomes = async (wanted: Partial<ServerRecord>, slug = 'web') => {
  let seen: ServerRecord | undefined
  await eventually(async () => {
    seen = await get(slug)
    return Object.entries(wanted).every(([name, value]) => seen?.[name as keyof ServerRecord] === value)
  })
  return seen as ServerRecord
}
/** What has ended and waits for its parent has ended. */
const isAlive = (pid: number) => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
const occupy = (port = 0) =>
  new Promise<{ server: Server; port: number }>((resolve) => {
    const server = createServer()
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve({ server, port: typeof address === 'object' && address ? address.port : 0 })
    })
  })
/** One that is free now. */
const freePort = async () => {
  const { server, port } = await occupy()
  await new Promise((resolve) => server.close(resolve))
  return port
}
const HTTP = 'exec python3 -u -m http.server --bind 127.0.0.1'

describe('a server', () => {
  it('has its process at once, is told its port, and is ready when it listens', async () => {
    const port = await freePort()
    const started = await start({ start: `${HTTP} $PORT`, port })
    expect(started).toMatchObject({ status: 'starting', port, isListening: false, exitCode: null })
    expect((await get()).pid).toBe(started.pid)
    expect(isAlive(started.pid ?? 0)).toBe(true)
    expect(await becomes({ status: 'ready' })).toMatchObject({ port, isListening: true, restartCount: 0 })
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200)
  })

  it('is found where it listens when it asked for no port, also below a shell and after a fork', async () => {
    const port = await freePort()
    await start({ slug: 'below', start: `true; (python3 -m http.server --bind 127.0.0.1 ${port}; true)` })
    expect(await becomes({ status: 'ready' }, 'below')).toMatchObject({ port, isListening: true })
    const other = await freePort()
    await start({
      slug: 'away',
      start: `setsid -f python3 -m http.server --bind 127.0.0.1 ${other}; sleep 1000`,
    })
    expect(await becomes({ status: 'ready' }, 'away')).toMatchObject({ port: other })
  })

  it('stays running without a port', async () => {
    await start({ start: 'echo at work; sleep 1000' })
    expect(await becomes({ status: 'running' })).toMatchObject({ port: null, isListening: false })
  })

  it('takes the next port when its own is taken, by a stranger or by another server', async () => {
    const { server, port } = await occupy()
    try {
      const first = await start({ slug: 'first', start: `${HTTP} $PORT`, port })
      const second = await start({ slug: 'second', start: `${HTTP} $PORT`, port })
      expect(first.port).toBeGreaterThan(port)
      expect(second.port).toBeGreaterThan(first.port ?? 0)
      await becomes({ status: 'ready', port: first.port }, 'first')
      await becomes({ status: 'ready', port: second.port }, 'second')
    } finally {
      server.close()
    }
  })

  it('that insists on a taken port is refused, and leaves nothing behind', async () => {
    const { server, port } = await occupy()
    const refused = await post({ port, strictPort: true })
    expect([refused.status, refused.json<{ code: string }>().code]).toEqual([409, 'conflict'])
    expect((await agent.call('GET', '/servers/web')).status).toBe(404)
    server.close()
  })

  it('is found on another port than it was told, once it has had time for the right one', async () => {
    const [told, other] = [await freePort(), await freePort()]
    await start({ start: `${HTTP} ${other}`, port: told })
    expect(await becomes({ status: 'ready' })).toMatchObject({ port: other })
  })

  it('gets the environment of its file, its own, and the port, the later before the earlier', async () => {
    const port = await freePort()
    const path = join(agent.directory, 'with env')
    mkdirSync(join(path, 'config'), { recursive: true })
    writeFileSync(join(path, 'config/.env'), 'A=file\nB="from file"\nexport C=file # three\nPORT=1\n')
    await start({
      start: 'echo "$A,$B,$C,$PORT,$PWD"; sleep 1000',
      path,
      envFile: 'config/.env',
      environment: { A: 'inline', PORT: '2' },
      port,
    })
    await eventually(async () => (await log()) !== '')
    expect(await log()).toBe(`inline,from file,file,${port},${path}\n`)
  })

  it('tells its outputs by stream, and keeps the newest of a flood while the agent goes on', async () => {
    await start({ slug: 'two', start: 'echo out; echo err >&2; echo ä; sleep 1000' })
    await eventually(async () => (await log('both', 'two')).length >= 10)
    expect(await log('stdout', 'two')).toBe('out\nä\n')
    expect(await log('stderr', 'two')).toBe('err\n')
    for (const slug of ['f1', 'f2', 'f3']) await start({ slug, start: 'echo first; yes "näxt $RANDOM"' })
    await eventually(async () => (await log('both', 'f1')).length > 900_000)
    const text = await log('both', 'f1')
    expect(text.length).toBeLessThanOrEqual(1024 * 1024)
    expect(text).not.toContain('first')
    expect(text).not.toContain('\ufffd')
    expect((await agent.call('GET', '/health')).status).toBe(200)
  })
})

describe('an installation', () => {
  it('comes first, and what it says is in the log', async () => {
    const started = await start({
      install: 'echo installing; while [ ! -e go ]; do sleep 0.02; done; touch installed',
      start: 'cat installed && echo started; sleep 1000',
    })
    expect(started).toMatchObject({ status: 'installing' })
    await agent.call('PUT', `/files/content?path=${agent.directory}/go`, { body: 'now' })
    await becomes({ status: 'running' })
    await eventually(async () => (await log()) === 'installing\nstarted\n')
  })

  it('that fails is the end, with its exit code', async () => {
    await start({ install: 'echo no >&2; exit 7', start: 'touch never' })
    const failed = await becomes({ status: 'failed' })
    expect(failed).toMatchObject({ exitCode: 7, pid: null, restartCount: 0 })
    expect(failed.statusReason).toContain('exit code 7')
    expect(existsSync(join(agent.directory, 'never'))).toBe(false)
  })

  it('can be stopped with all that it started', async () => {
    await start({ install: 'sleep 1000 & echo $!; wait', start: 'touch never' })
    await eventually(async () => (await log()).endsWith('\n'))
    const pid = Number(await log())
    await agent.call('POST', '/servers/web/stop')
    expect(await get()).toMatchObject({ status: 'stopped', pid: null })
    expect(isAlive(pid)).toBe(false)
  })
})

describe('overlays of a server', () => {
  it('come first, and are waited for', async () => {
    const source = join(agent.directory, 'template')
    mkdirSync(join(source, 'node_modules/dep'), { recursive: true })
    writeFileSync(join(source, 'index.txt'), 'from the template')
    writeFileSync(join(source, 'node_modules/dep/index.txt'), 'heavy')
    mkdirSync(join(agent.directory, 'app'), { recursive: true })
    const started = await start({
      start: 'cat index.txt node_modules/dep/index.txt; sleep 1000',
      path: join(agent.directory, 'app'),
      overlays: [{ source, target: 'app', strategy: 'copy' }],
    })
    expect(started.definition.dependsOn).toHaveLength(1)
    await eventually(async () => (await log()) === 'from the templateheavy')
    expect((await get()).definition).not.toHaveProperty('overlays')
  })

  it('that cannot be made are refused, and no server is left', async () => {
    const refused = await post({ overlays: [{ source: '/no/template', target: 'app2' }] })
    expect(refused.status).toBe(404)
    expect((await agent.call('GET', '/servers')).json()).toEqual({ servers: [] })
  })
})

describe('a server that ends', () => {
  it('stays so by default: stopped after success, failed otherwise', async () => {
    await start({ slug: 'well', start: 'exit 0' })
    await start({ slug: 'ill', start: 'exit 3', maxRestarts: 5 })
    expect(await becomes({ status: 'stopped' }, 'well')).toMatchObject({ exitCode: 0, restartCount: 0 })
    expect(await becomes({ status: 'failed' }, 'ill')).toMatchObject({ exitCode: 3, restartCount: 0 })
  })

  it('is started again on failure as often as it may', async () => {
    await start({ start: 'echo run; exit 4', restartPolicy: 'on-failure', maxRestarts: 2 })
    const failed = await becomes({ status: 'failed' })
    expect(failed).toMatchObject({ exitCode: 4, restartCount: 2, pid: null })
    expect(failed.statusReason).toContain('2 times')
    expect(await log()).toBe('run\nrun\nrun\n')
  })

  it('is not started again after success unless always is asked for', async () => {
    await start({ slug: 'once', start: 'exit 0', restartPolicy: 'on-failure' })
    await becomes({ status: 'stopped' }, 'once')
    await start({ slug: 'ever', start: 'exit 0', restartPolicy: 'always', maxRestarts: 1 })
    expect(await becomes({ status: 'failed' }, 'ever')).toMatchObject({ restartCount: 1, exitCode: 0 })
  })

  it('waits as it was told, and a stop ends the waiting', async () => {
    await start({ start: 'exit 1', restartPolicy: 'always', restartDelayMs: 3_600_000 })
    expect(await becomes({ status: 'restarting' })).toMatchObject({ restartCount: 1, exitCode: 1 })
    expect((await agent.call('POST', '/servers/web/stop')).json()).toMatchObject({ status: 'stopped' })
  })

  it('takes what it has left behind with it, also what forked away, so that its port is free', async () => {
    const port = await freePort()
    const python = `python3 -m http.server --bind 127.0.0.1 ${port}`
    // The first process ends while its child, in a session of its own, holds the port.
    const wait = `until python3 -c 'import socket; socket.create_connection(("127.0.0.1", ${port}))' 2>/dev/null; do sleep 0.05; done`
    await start({
      start: `setsid -f ${python} > /dev/null 2>&1; ${wait}; echo up; exit 1`,
      restartPolicy: 'on-failure',
      maxRestarts: 1,
    })
    await becomes({ status: 'failed', restartCount: 1 })
    expect((await log()).match(/up/g)).toHaveLength(2)
    const { server } = await occupy(port)
    server.close()
  })

  it('cannot spin: sixty that crash at once leave the agent to answer', async () => {
    for (let i = 0; i < 60; i++) {
      await start({ slug: `crash-${i}`, start: 'exit 1', restartPolicy: 'always', restartDelayMs: 0 })
    }
    await eventually(async () => (await get('crash-59')).restartCount >= 5)
    expect((await agent.call('GET', '/health')).status).toBe(200)
    expect((await get('crash-0')).restartCount).toBeLessThan(60)
  })
})

describe('a stop', () => {
  it('lets a server end by itself', async () => {
    await start({ start: "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done" })
    await eventually(async () => (await log()) === 'up\n')
    const stopped = (await agent.call('POST', '/servers/web/stop')).json<ServerRecord>()
    expect(stopped).toMatchObject({ status: 'stopped', pid: null, exitCode: 0, restartCount: 0 })
    expect(await log('stdout')).toBe('up\nbye\n')
  })

  it('ends one that ignores it when the time is over, with its children', async () => {
    await start({
      start: "trap '' TERM; (trap '' TERM; exec sleep 1000) & echo $!; while :; do sleep 0.05; done",
      stopTimeoutMs: 100,
      restartPolicy: 'always',
    })
    await eventually(async () => (await log()).endsWith('\n'))
    const [pid, child] = [(await get()).pid ?? 0, Number(await log())]
    await agent.call('POST', '/servers/web/stop')
    expect(await get()).toMatchObject({ status: 'stopped', exitCode: 137 })
    expect([isAlive(pid), isAlive(child)]).toEqual([false, false])
  })

  it('reaches what forked away and was stopped', async () => {
    await start({ start: "setsid -f sh -c 'echo $$; kill -STOP $$; sleep 1000'; sleep 1000" })
    await eventually(async () => (await log()).endsWith('\n'))
    const pid = Number(await log())
    await agent.call('POST', '/servers/web/stop')
    expect(isAlive(pid)).toBe(false)
  })

  it('keeps the definition, and the server can be started anew or replaced', async () => {
    const { pid } = await start({})
    expect((await post({ start: 'sleep 999' })).json()).toMatchObject({ code: 'already_exists' })
    await agent.call('POST', '/servers/web/stop')
    expect(await get()).toMatchObject({ status: 'stopped', definition: { start: 'sleep 1000' } })
    const again = (await agent.call('POST', '/servers/web/restart')).json<ServerRecord>()
    expect(again).toMatchObject({ status: 'starting', restartCount: 0 })
    expect(again.pid).not.toBe(pid)
    await agent.call('POST', '/servers/web/stop')
    expect(await start({ start: 'sleep 999' })).toMatchObject({ definition: { start: 'sleep 999' } })
  })

  it('and start at once, many times, leave one process', async () => {
    await start({ start: 'echo up; sleep 1000' })
    const storm = await Promise.all(
      Array.from({ length: 40 }, () => agent.call('POST', '/servers/web/restart')),
    )
    const statuses = new Set(storm.map(({ status }) => status))
    expect([...statuses].sort()).toEqual([200, 429])
    const { pid } = await becomes({ status: 'running' })
    const marks = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    expect(marks.filter((each) => each.startsWith('SANDLOT_SERVER_RUN=web.'))).toHaveLength(1)
    const { processes } = (await agent.call('GET', '/system/processes')).json<{
      processes: { parentPid: number; command: string }[]
    }>()
    expect(
      processes.filter((each) => each.parentPid === agent.pid && /sleep 1000/.test(each.command)),
    ).toHaveLength(1)
  })

  it('and a restart of one that is deleted meanwhile are told so', async () => {
    await start({ start: "trap 'sleep 0.3; exit' TERM; echo up; while :; do sleep 0.05; done" })
    await eventually(async () => (await log()) === 'up\n')
    const [deleted, restarted] = await Promise.all([
      agent.call('DELETE', '/servers/web'),
      agent.call('POST', '/servers/web/restart'),
    ])
    // Whoever comes first: both are answered, and nothing is left.
    expect(deleted.status).toBe(204)
    expect([200, 404]).toContain(restarted.status)
    expect((await agent.call('GET', '/servers')).json()).toEqual({ servers: [] })
  })
})

describe('a health check', () => {
  const healthCheck = { path: '/health', intervalMs: 100, timeoutMs: 500, delayMs: 0 }
  const node = (script: string) => `exec node -e '${script}'`
  const listening = (handler: string) =>
    node(`require("http").createServer((req, res) => { ${handler} }).listen(process.env.PORT, "127.0.0.1")`)

  it('makes a server ready once it passes, and tells failures and recoveries', async () => {
    const port = await freePort()
    const flag = join(agent.directory, 'healthy')
    await start({
      start: listening(
        `res.statusCode = require("fs").existsSync("healthy") && req.url === "/health" ? 302 : 503; res.setHeader("Location", "http://192.0.2.1/"); res.end()`,
      ),
      port,
      healthCheck,
    })
    await eventually(async () => ((await get()).health?.consecutiveFailures ?? 0) >= 2)
    expect(await get()).toMatchObject({
      status: 'running',
      isListening: true,
      health: { isHealthy: false, lastStatus: 503 },
    })
    writeFileSync(flag, '')
    const ready = await becomes({ status: 'ready' })
    expect(ready.health).toMatchObject({ isHealthy: true, lastStatus: 302, consecutiveFailures: 0 })
    rmSync(flag)
    await eventually(async () => (await get()).health?.isHealthy === false)
    expect((await get()).status).toBe('ready')
  })

  it.each([
    ['that never answers', 'require("net").createServer(() => {}).listen(process.env.PORT, "127.0.0.1")'],
    [
      'that answers without an end',
      'require("net").createServer((s) => { s.on("error", () => {}); const go = () => { while (s.write("x".repeat(65536))); }; s.on("drain", go); go() }).listen(process.env.PORT, "127.0.0.1")',
    ],
    [
      'that speaks something else',
      'require("net").createServer((s) => { s.on("error", () => {}); s.end("SSH-2.0-OpenSSH_9.2\\r\\n") }).listen(process.env.PORT, "127.0.0.1")',
    ],
  ])('is failed by one %s', async (_name, script) => {
    const port = await freePort()
    await start({ start: node(script), port, healthCheck: { ...healthCheck, timeoutMs: 100 } })
    await eventually(async () => ((await get()).health?.consecutiveFailures ?? 0) >= 2)
    expect(await get()).toMatchObject({ status: 'running', health: { isHealthy: false, lastStatus: null } })
  })

  it('finds a server that listens on IPv6 alone', async () => {
    const port = await freePort()
    const options = `{ port: ${port}, host: "::", ipv6Only: true }`
    await start({
      start: node(`require("http").createServer((req, res) => res.end()).listen(${options})`),
      healthCheck,
    })
    expect(await becomes({ status: 'ready' })).toMatchObject({ port, health: { lastStatus: 200 } })
  })

  it('waits for its delay', async () => {
    const port = await freePort()
    await start({ start: listening('res.end()'), port, healthCheck: { ...healthCheck, delayMs: 3_600_000 } })
    await becomes({ status: 'running', isListening: true })
    expect((await get()).health).toMatchObject({ lastCheckAtMs: null, consecutiveFailures: 0 })
  })
})

describe('what is asked', () => {
  it.each([
    [{ slug: 'a/b' }, 'slug'],
    [{ slug: '' }, 'slug'],
    [{ slug: '../x' }, 'slug'],
    [{ slug: 'x'.repeat(64) }, 'slug'],
    [{ start: 'x'.repeat(16_385) }, 'start'],
    [{ start: '  ' }, 'start'],
    [{ start: 'a\0b' }, 'NUL'],
    [{ install: 'a\0b' }, 'NUL'],
    [{ environment: { A: 'x\0y' } }, 'environment.A'],
    [{ environment: { 'A=B': 'x' } }, 'environment.A=B'],
    [{ environment: { A: 1 } }, 'environment.A'],
    [{ port: 0 }, 'port'],
    [{ port: 65_536 }, 'port'],
    [{ port: 1.5 }, 'port'],
    [{ restartDelayMs: -1 }, 'restartDelayMs'],
    [{ stopTimeoutMs: 1e12 }, 'stopTimeoutMs'],
    [{ restartPolicy: 'sometimes' }, 'restartPolicy'],
    [{ healthCheck: { path: 'http://evil/', intervalMs: 100, timeoutMs: 100, delayMs: 0 } }, 'path'],
    [{ healthCheck: { path: '//evil/', intervalMs: 100, timeoutMs: 100, delayMs: 0 } }, 'path'],
    [{ healthCheck: { path: '/a\r\nHost: evil', intervalMs: 100, timeoutMs: 100, delayMs: 0 } }, 'path'],
    [{ healthCheck: { path: '/', intervalMs: 0, timeoutMs: 100, delayMs: 0 } }, 'intervalMs'],
    [{ dependsOn: Array(33).fill('x') }, 'dependsOn'],
  ])('is refused with the field: %j', async (changes, word) => {
    const refused = await post(changes)
    expect([refused.status, refused.body.toString()]).toEqual([400, expect.stringContaining(word)])
  })

  it('is refused where its place or its file is missing, or a pipe', async () => {
    expect((await post({ path: '/no/where' })).status).toBe(404)
    expect((await post({ path: 'relative' })).status).toBe(400)
    expect((await post({ envFile: 'none.env' })).status).toBe(404)
    await agent.call('POST', '/processes/run', { body: { command: 'mkfifo pipe.env' } })
    expect((await post({ envFile: 'pipe.env' })).status).toBe(400)
    expect((await post({ dependsOn: ['no-overlay'] })).status).toBe(400)
    expect((await agent.call('GET', '/servers')).json()).toEqual({ servers: [] })
  })

  it('of a server that is not there is said so', async () => {
    const calls = [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/stop'],
      ['POST', '/restart'],
      ['GET', '/logs'],
    ]
    for (const [method = '', path] of calls) {
      const reply = await agent.call(method, `/servers/__proto__${path}`)
      expect([reply.status, reply.json<{ code: string }>().code]).toEqual([404, 'process_not_found'])
    }
  })

  it('of too many servers is refused', async () => {
    const replies = await Promise.all(Array.from({ length: 100 }, (_, i) => post({ slug: `s${i}` })))
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(64)
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(36)
    const large = { A: 'x'.repeat(100_000) }
    for (let i = 0; i < 64; i++) await agent.call('POST', `/servers/s${i}/stop`)
    const bodies = Array.from({ length: 30 }, (_, i) => post({ slug: `s${i}`, environment: large }))
    expect((await Promise.all(bodies)).some(({ status }) => status === 413)).toBe(true)
  })
})

describe('the stream of changes', () => {
  it('tells what there is, what changes and what is gone', async () => {
    await start({ slug: 'one' })
    const events = await agent.open('/servers/events')
    await events.until(() => events.find('ready'))
    expect(events.messages.map(({ type }) => type)).toEqual(['changed', 'ready'])
    await start({ slug: 'two', start: 'exit 2' })
    const statuses = () =>
      events.messages.flatMap(({ server }) => (server ? [(server as ServerRecord).status] : []))
    await events.until(() => statuses().includes('failed'))
    await agent.call('DELETE', '/servers/two')
    await events.until(() => events.find('removed'))
    expect(events.find('removed')).toEqual({ type: 'removed', slug: 'two' })
    await events.close()
  })

  it('shows a status that was set, until the next change', async () => {
    await start({})
    const shown = await agent.call('POST', '/servers/web/status', { body: { status: 'failed' } })
    expect(shown.json()).toMatchObject({ status: 'failed' })
    // Its process runs on, so that another one still cannot take its place.
    expect((await post({})).status).toBe(409)
    expect((await agent.call('POST', '/servers/web/status', { body: { status: 'odd' } })).status).toBe(400)
  })
})

describe('a start of the sandbox', () => {
  const state = mkdtempSync(join(tmpdir(), 'sandlot-state-'))
  afterAll(() => rmSync(state, { recursive: true, force: true }))
  const wake = () => startAgent(['env', `SANDLOT_STATE_DIR=${state}`])
  const statesOf = async (awake: TestAgent) =>
    (await awake.call('GET', '/server-states')).json<{ servers: { slug: string; status: string }[] }>()
      .servers

  it('starts again what starts by itself, without installing it twice, and lists the rest', async () => {
    const first = await wake()
    const common = { path: tmpdir(), start: 'echo up; sleep 1000' }
    for (const changes of [
      { slug: 'auto', install: 'echo installed' },
      { slug: 'manual', autostart: false },
      { slug: 'gone' },
    ]) {
      const reply = await first.call('POST', '/servers', { body: body({ ...common, ...changes }) })
      expect(reply.status).toBe(201)
    }
    await eventually(async () => (await statesOf(first)).every(({ status }) => status === 'running'))
    await first.call('DELETE', '/servers/gone')
    const left = ['auto', 'manual'].map(
      async (slug) => (await first.call('POST', `/servers/${slug}/stop`)).status,
    )
    expect(await Promise.all(left)).toEqual([200, 200])
    await first.stop()

    const second = await wake()
    await eventually(async () => (await statesOf(second))[0]?.status === 'running')
    expect(await statesOf(second)).toMatchObject([
      { slug: 'auto', status: 'running' },
      { slug: 'manual', status: 'stopped' },
    ])
    const text = (await second.call('GET', '/servers/auto/logs')).json<{ text: string }>().text
    expect(text).toBe('up\n')
    await second.call('DELETE', '/servers/auto')
    await second.call('DELETE', '/servers/manual')
    await second.stop()
  })

  it.each([
    ['no JSON', '{"servers":'],
    ['something else', '{"a":1}'],
    ['hostile entries', JSON.stringify([null, 7, { definition: {} }, { definition: { slug: '../x' } }])],
    [
      'more than can be',
      JSON.stringify(
        Array.from({ length: 10_000 }, (_, i) => ({
          definition: {
            slug: `s${i}`,
            start: 'exit 0',
            path: '/tmp',
            strictPort: false,
            autostart: false,
            dependsOn: [],
            restartPolicy: 'never',
            maxRestarts: 0,
            restartDelayMs: 0,
            stopTimeoutMs: 0,
          },
          createdAtMs: 0,
          isInstalled: false,
        })),
      ),
    ],
  ])('is not held up by a file with %s', async (_name, text) => {
    writeFileSync(join(state, 'servers.json'), text)
    const awake = await wake()
    expect((await awake.call('GET', '/health')).status).toBe(200)
    expect((await statesOf(awake)).length).toBeLessThanOrEqual(64)
    await awake.stop()
  })

  it('is not held up by a pipe or a directory in place of the file, which a start then says', async () => {
    const file = join(state, 'servers.json')
    for (const make of [`mkfifo ${file}`, `mkdir -p ${file}/x`]) {
      rmSync(file, { recursive: true, force: true })
      execSync(make)
      const awake = await wake()
      expect(await statesOf(awake)).toEqual([])
      const reply = await awake.call('POST', '/servers', { body: body({ path: tmpdir() }) })
      expect(reply.status).toBe(make.startsWith('mkfifo') ? 201 : 400)
      expect(await statesOf(awake)).toHaveLength(reply.status === 201 ? 1 : 0)
      await awake.call('DELETE', '/servers/web')
      await awake.stop()
    }
    rmSync(file, { recursive: true, force: true })
  })
})

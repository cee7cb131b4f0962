import type { Sandbox } from 'computesdk'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { publishedClient } from '../published-client.test-support'
import { type Answer, createSandbox, type Stack, startStack, type TestSandbox } from '../stack.test-support'
import { Channels } from './channels'
import { TestListener } from './listener.test-support'
import { Signals } from './signals'
import { Watchers } from './watchers'

let stack: Stack
let key: string
let sandbox: TestSandbox
let listener: TestListener
beforeAll(async () => {
  // The published client compares states with the global's constants (Node 20 has none).
  Object.assign(globalThis, { WebSocket })
  stack = await startStack()
  key = (await stack.newOwner()).key
})
afterAll(() => stack.stop())
beforeEach(async () => {
  sandbox = await createSandbox(stack, key)
  listener = await TestListener.open(sandbox)
  listener.subscribe('signals')
  return () => listener.close()
})

const LISTEN = 'require("net").createServer().listen'
const signals = () => listener.dataOf('signal', 'signals')
const listen = (port: number) =>
  sandbox.json('POST', '/run/command', { command: `exec node -e '${LISTEN}(${port})'`, background: true })
const urlOf = (port: number) => `${sandbox.url}/ports/${port}/~public`

describe('signals', () => {
  it('are started, asked for and stopped as specified, again too', async () => {
    const data = (status: string) => ({
      status,
      channel: 'signals',
      ws_url: `${sandbox.url.replace('http', 'ws')}/ws`,
    })
    expect((await sandbox.json('GET', '/signals/status')).data).toEqual(data('stopped'))
    for (let i = 0; i < 2; i++)
      expect((await sandbox.json('POST', '/signals/start')).data).toEqual(data('active'))
    expect((await sandbox.json('GET', '/signals/status')).data).toEqual(data('active'))
    for (let i = 0; i < 2; i++)
      expect((await sandbox.json('POST', '/signals/stop')).data).toEqual(data('stopped'))
    expect((await sandbox.json('GET', '/signals/status')).data).toEqual(data('stopped'))
  })

  it('tell ports that open and close by themselves, and not those from before', async () => {
    await listen(4000)
    await expect.poll(async () => (await sandbox.json('GET', '/ports')).ports.length).toBe(1)
    await sandbox.call('POST', '/signals/start')
    await listen(4001)
    await listener.until(() => signals().length === 1)
    await sandbox.run('pkill -f "listen.4001"')
    await listener.until(() => signals().length === 2)
    expect(signals()).toEqual([
      { signal: 'port', port: 4001, type: 'open', url: urlOf(4001) },
      { signal: 'port', port: 4001, type: 'close', url: urlOf(4001) },
    ])
  })

  it('tell that ports close with the sandbox, and go on after its start', async () => {
    await sandbox.call('POST', '/signals/start')
    await listen(4000)
    await listener.until(() => signals().length === 1)
    await sandbox.call('POST', '/sandbox/stop')
    await listener.until(() => signals().length === 2)
    await sandbox.call('POST', '/sandbox/start')
    await listen(4002)
    await listener.until(() => signals().length === 3)
    expect(signals().map(({ type, port }) => `${type} ${port}`)).toEqual([
      'open 4000',
      'close 4000',
      'open 4002',
    ])
  })

  it('tell when a managed server is ready, also after a stop and start of the sandbox', async () => {
    await sandbox.call('POST', '/signals/start')
    const body = { slug: 'web', start: `exec node -e '${LISTEN}(process.env.PORT)'`, port: 4010 }
    expect((await sandbox.call('POST', '/servers', body)).status).toBe(201)
    const ready = () => signals().filter(({ signal }) => signal === 'server-ready')
    await listener.until(() => ready().length === 1)
    await sandbox.call('POST', '/sandbox/stop')
    await sandbox.call('POST', '/sandbox/start')
    await listener.until(() => ready().length === 2)
    const told = { signal: 'server-ready', port: 4010, type: 'open', url: urlOf(4010) }
    expect(ready()).toEqual([told, told])
  })

  it('are what programs tell each other', async () => {
    await sandbox.call('POST', '/signals/start')
    const url = 'https://example.com:8443/a?b=c'
    expect((await sandbox.json('POST', '/signals/port', { port: 3000, type: 'close', url })).data).toEqual({
      port: 3000,
      type: 'close',
      url,
    })
    const alternative = { port: 3001, type: 'open', url: urlOf(3001) }
    expect((await sandbox.json('POST', '/signals/port/3001/open')).data).toEqual(alternative)
    const ready = { port: 3002, type: 'open', url }
    expect((await sandbox.json('POST', '/signals/server-ready', { port: 3002, url })).data).toEqual(ready)
    expect((await sandbox.json('POST', '/signals/error', { message: 'it broke' })).data).toEqual({
      message: 'it broke',
    })
    await listener.until(() => signals().length === 4)
    expect(signals()).toEqual([
      { signal: 'port', port: 3000, type: 'close', url },
      { signal: 'port', ...alternative },
      { signal: 'server-ready', ...ready },
      { signal: 'error', message: 'it broke' },
    ])
  })

  it('are sent to nobody while they are stopped', async () => {
    const tell = (message: string) => sandbox.call('POST', '/signals/error', { message })
    expect((await tell('before')).status).toBe(200)
    await sandbox.call('POST', '/signals/start')
    await tell('meanwhile')
    await sandbox.call('POST', '/signals/stop')
    await tell('after')
    await sandbox.call('POST', '/signals/start')
    await tell('last')
    await listener.until(() => signals().some(({ message }) => message === 'last'))
    expect(signals().map(({ message }) => message)).toEqual(['meanwhile', 'last'])
  })

  it.each([
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)//http://x',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'ftp://example.com',
    '//example.com',
    'http://',
    'http://a b',
    'http://x\n',
    '',
    7,
    `http://${'x'.repeat(2048)}`,
  ])('refuse the address %j', async (url) => {
    await sandbox.call('POST', '/signals/start')
    for (const [path, body] of [
      ['/signals/port', { port: 3000, type: 'open', url }],
      ['/signals/server-ready', { port: 3000, url }],
    ] as const) {
      const answer = await sandbox.call('POST', path, body)
      const { code } = (await answer.json()) as Answer
      expect([answer.status, code]).toEqual([400, 'bad_request'])
    }
    await sandbox.call('POST', '/signals/error', { message: 'end' })
    await listener.until(() => signals().length > 0)
    expect(signals()).toEqual([{ signal: 'error', message: 'end' }])
  })

  it.each([
    ['/signals/port', { port: 0, type: 'open', url: 'http://x' }],
    ['/signals/port', { port: 65_536, type: 'open', url: 'http://x' }],
    ['/signals/port', { port: 1.5, type: 'open', url: 'http://x' }],
    ['/signals/port', { port: '80', type: 'open', url: 'http://x' }],
    ['/signals/port', { port: 80, type: 'ajar', url: 'http://x' }],
    ['/signals/port', {}],
    ['/signals/server-ready', { port: 0, url: 'http://x' }],
    ['/signals/error', {}],
    ['/signals/error', { message: '' }],
    ['/signals/error', { message: 'x'.repeat(8193) }],
    ['/signals/port/0/open', undefined],
    ['/signals/port/65536/open', undefined],
    ['/signals/port/080/open', undefined],
    ['/signals/port/80/ajar', undefined],
  ])('refuse %s with %j', async (path, body) => {
    const answer = await sandbox.call('POST', path, body)
    const { code } = (await answer.json()) as Answer
    expect([answer.status, code]).toEqual([400, 'bad_request'])
  })

  it('and watchers are changed by those who may edit only', async () => {
    const { token } = await stack.access.createSessionToken(sandbox.sandboxId, { role: 'view' })
    const asViewer = async (method: string, path: string, body?: object) =>
      (await sandbox.call(method, path, body, { authorization: `Bearer ${token}` })).status
    for (const path of ['/signals/status', '/watchers']) expect(await asViewer('GET', path)).toBe(200)
    for (const path of ['start', 'stop', 'port/80/open'])
      expect(await asViewer('POST', `/signals/${path}`)).toBe(403)
    expect(await asViewer('POST', '/signals/error', { message: 'x' })).toBe(403)
    expect(await asViewer('POST', '/watchers', { path: '/workspace' })).toBe(403)
    expect(await asViewer('DELETE', '/watchers/x')).toBe(403)
  })
})

describe('after a restart of the control plane', () => {
  it('watchers and signals go on for whoever subscribes again', async () => {
    const { channel } = (await sandbox.json('POST', '/watchers', { path: '/workspace', ignored: ['*.log'] }))
      .data
    await sandbox.call('POST', '/signals/start')
    const channels = new Channels()
    const deps = { sandboxes: stack.sandboxes, channels }
    const watchers = new Watchers({ ...deps, store: stack.stores.watchers })
    const again = new Signals({
      ...deps,
      store: stack.stores.signals,
      previewUrl: (_id, port, { base }) => `${base}:${port}`,
    })
    const told: Answer[] = []
    const socket = {
      send(text: Buffer, done: (isTaken: boolean) => void) {
        told.push(JSON.parse(text.toString()))
        done(true)
      },
      close: () => undefined,
    }
    const member = channels.join(sandbox.sandboxId, socket, false)
    member.subscribe(channel)
    member.subscribe('signals')
    expect(await again.isActive(sandbox.sandboxId)).toBe(true)
    await expect.poll(async () => (await watchers.list(sandbox.sandboxId))[0]?.status).toBe('active')
    await sandbox.run('touch a.log new')
    await expect
      .poll(() => told)
      .toContainEqual({
        type: 'file:changed',
        channel,
        data: { event: 'add', path: '/workspace/new' },
      })
    await again.emit(sandbox.sandboxId, { signal: 'error', message: 'x' })
    expect(told.filter(({ type }) => type === 'file:changed')).toHaveLength(1)
    expect(told.at(-1)).toEqual({
      type: 'signal',
      channel: 'signals',
      data: { signal: 'error', message: 'x' },
    })
  })
})

describe.each(['binary', 'json'] as const)('the published client, %s', (protocol) => {
  let client: Sandbox
  beforeEach(() => {
    client = publishedClient(sandbox, { protocol })
    return () => client.disconnect()
  })

  it('creates, follows, lists and destroys a watcher', async () => {
    const watcher = await client.watcher.create('/workspace', {
      includeContent: true,
      ignored: ['node_modules'],
      encoding: 'base64',
    })
    const changes: Answer[] = []
    const destroyed: Answer[] = []
    watcher.on('change', (change: Answer) => changes.push(change))
    watcher.on('destroyed', () => destroyed.push('destroyed'))
    await client.filesystem.writeFile('/workspace/node_modules/x', 'hidden')
    await client.filesystem.writeFile('/workspace/grün.txt', 'grün')
    await expect.poll(() => changes).toEqual([{ event: 'add', path: '/workspace/grün.txt', content: 'grün' }])
    expect([watcher.getStatus(), watcher.isActive(), watcher.getPath()]).toEqual([
      'active',
      true,
      '/workspace',
    ])
    expect(watcher.getIgnoredPatterns()).toEqual(['node_modules'])
    const listed = await client.watcher.list()
    expect(listed.map(({ id }: Answer) => id)).toEqual([watcher.getId()])
    expect(await client.watcher.retrieve(watcher.getId())).toMatchObject({
      id: watcher.getId(),
      status: 'active',
    })
    await watcher.destroy()
    expect([destroyed, watcher.getStatus()]).toEqual([['destroyed'], 'stopped'])
    await expect(client.watcher.destroy(watcher.getId())).rejects.toThrow('404')
  })

  it('starts signals, hears of ports and errors, and stops them', async () => {
    const service = await client.signal.start()
    const ports: Answer[] = []
    const errors: Answer[] = []
    service.on('port', (event: Answer) => ports.push(event))
    service.on('error', (event: Answer) => errors.push(event))
    expect(service.isActive()).toBe(true)
    await listen(5000)
    await expect.poll(() => ports).toEqual([{ signal: 'port', port: 5000, url: urlOf(5000) }])
    await client.signal.emitPort(3000, 'open', 'http://localhost:3000')
    await client.signal.emitServerReady(8080, 'http://localhost:8080')
    await client.signal.emitError('it broke')
    await expect.poll(() => errors).toEqual([{ signal: 'error', message: 'it broke' }])
    expect(ports.slice(1)).toEqual([
      { signal: 'port', port: 3000, url: 'http://localhost:3000' },
      { signal: 'server-ready', port: 8080, url: 'http://localhost:8080' },
    ])
    expect(await client.signal.status()).toMatchObject({ status: 'active' })
    await service.stop()
    expect(await client.signal.status()).toMatchObject({ status: 'stopped' })
  })
})

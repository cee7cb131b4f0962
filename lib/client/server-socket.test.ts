import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { ManagedServer, ServerEvent } from '@/lib/protocol/servers'
import type { Socket } from './reconnecting-socket'
import { ServerSocket } from './server-socket'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

function server(slug: string, changes: Partial<ManagedServer> = {}): ManagedServer {
  return {
    slug,
    start: 'true',
    path: '/workspace',
    autostart: true,
    strict_port: false,
    depends_on: [],
    status: 'running',
    restart_policy: 'never',
    max_restarts: 0,
    restart_delay: 1e9,
    stop_timeout: 1e10,
    restart_count: 0,
    exit_code: null,
    created_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
    ...changes,
  }
}

const changed = (slug: string, changes?: Partial<ManagedServer>): ServerEvent => ({
  type: 'changed',
  server: server(slug, changes),
})

/** A stream that begins with these each time it is opened. */
async function connect(beginnings: ServerEvent[][]) {
  const stream = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(stream, 'listening')
  const seen: (string[] | 'lost')[] = []
  stream.on('connection', (socket) => {
    for (const event of beginnings.shift() ?? []) socket.send(JSON.stringify(event))
  })
  const socket = new ServerSocket({
    url: () => `ws://127.0.0.1:${(stream.address() as AddressInfo).port}`,
    onServers: (servers) => seen.push(servers.map(({ slug, status }) => `${slug} ${status}`)),
    onLost: () => seen.push('lost'),
    openSocket: (url) => new WebSocket(url) as unknown as Socket,
  })
  closers.push(() => {
    socket.close()
    for (const client of stream.clients) client.terminate()
    stream.close()
  })
  const send = (text: string) => {
    for (const client of stream.clients) client.send(text)
  }
  const cut = () => {
    for (const client of stream.clients) client.terminate()
  }
  return { seen, send, cut }
}

it('tells all at once, then each change', async () => {
  const { seen, send } = await connect([[changed('api'), changed('web'), { type: 'ready' }]])
  await vi.waitUntil(() => seen.length === 1)
  send(JSON.stringify(changed('web', { status: 'failed' })))
  send(JSON.stringify({ type: 'removed', slug: 'api' }))
  await vi.waitUntil(() => seen.length === 3)
  expect(seen).toEqual([['api running', 'web running'], ['api running', 'web failed'], ['web failed']])
})

it('knows after a cut what has gone meanwhile, and shows no half of it', async () => {
  const { seen, cut } = await connect([
    [changed('api'), changed('web'), { type: 'ready' }],
    [changed('web'), changed('worker'), { type: 'ready' }],
  ])
  await vi.waitUntil(() => seen.length === 1)
  cut()
  await vi.waitUntil(() => seen.length === 3, { timeout: 5000 })
  expect(seen).toEqual([['api running', 'web running'], 'lost', ['web running', 'worker running']])
})

it('passes over what it does not understand', async () => {
  const { seen, send } = await connect([[{ type: 'ready' }]])
  await vi.waitUntil(() => seen.length === 1)
  send('not json')
  send('{"type":"changed","server":{"slug":"web"}}')
  send(JSON.stringify(changed('web')))
  await vi.waitUntil(() => seen.length === 2)
  expect(seen).toEqual([[], ['web running']])
})

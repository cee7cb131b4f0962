import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { SandboxError } from '@/lib/errors'
import { type ChannelMessage, ChannelSocket } from './channel-socket'
import { openSocketWith } from './open-socket'
import type { Socket } from './reconnecting-socket'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function connect(whyGone: () => Promise<SandboxError | null> = async () => null) {
  let isRefusing = false
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', verifyClient: () => !isRefusing })
  await once(server, 'listening')
  const lost: number[] = []
  const heard: { type: string; channel?: string; data?: unknown }[] = []
  server.on('connection', (socket) => socket.on('message', (data) => heard.push(JSON.parse(String(data)))))
  const channels = new ChannelSocket({
    url: () => `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    whyGone,
    openSocket: (url) => {
      const socket = new WebSocket(url)
      socket.on('close', (code) => lost.push(code))
      return socket as unknown as Socket
    },
  })
  closers.push(() => {
    channels.close()
    for (const client of server.clients) client.terminate()
    server.close()
  })
  return {
    channels,
    server,
    heard,
    lost,
    cut: () => {
      for (const client of server.clients) client.terminate()
    },
    refuse: () => {
      isRefusing = true
    },
    say: (message: unknown) => {
      for (const client of server.clients) client.send(JSON.stringify(message))
    },
  }
}

it('subscribes a channel once for all who listen, and closes with the last of them', async () => {
  const { channels, server, heard, say } = await connect()
  const seen: ChannelMessage[][] = [[], []]
  const leave = await channels.subscribe('a', { onMessage: (message) => seen[0]?.push(message) })
  const leaveToo = await channels.subscribe('a', { onMessage: (message) => seen[1]?.push(message) })
  say({ type: 'x', channel: 'a', data: 1 })
  say({ type: 'x', channel: 'other' })
  await vi.waitUntil(() => seen[1]?.length === 1)
  expect(seen[0]).toEqual([{ type: 'x', channel: 'a', data: 1 }])
  expect(heard).toEqual([{ type: 'subscribe', channel: 'a' }])
  leave()
  leave()
  expect(server.clients.size).toBe(1)
  leaveToo()
  await vi.waitUntil(() => server.clients.size === 0)
})

it('comes back after a cut with its subscriptions first, then with what was said meanwhile', async () => {
  const { channels, heard, cut, lost } = await connect()
  const onSubscribed = vi.fn()
  await channels.subscribe('a', { onMessage: () => undefined, onSubscribed })
  await vi.waitUntil(() => heard.length === 1)
  cut()
  const input = { type: 'terminal:input', data: { terminal_id: 't', input: 'ls' } } as const
  await vi.waitUntil(() => lost.length === 1)
  expect(channels.send(input)).toBe(true)
  await vi.waitUntil(() => heard.length === 3, { timeout: 5000 })
  expect(heard.slice(1)).toEqual([{ type: 'subscribe', channel: 'a' }, input])
  expect(onSubscribed).toHaveBeenCalledTimes(2)
})

it('keeps no more than a long line of what is said while it is away', async () => {
  const { channels, cut, server } = await connect()
  await channels.subscribe('a', { onMessage: () => undefined })
  const say = (input: string) => channels.send({ type: 'terminal:input', data: { terminal_id: 't', input } })
  expect(say('x'.repeat(100_000))).toBe(true)
  server.close()
  cut()
  await vi.waitUntil(() => !say('x'.repeat(100_000)))
  expect(say('x'.repeat(60_000))).toBe(true)
  expect(say('x'.repeat(10_000))).toBe(false)
})

it('tells who listens, and who waits, why nothing will come any more', async () => {
  const gone = new SandboxError('unauthorized', 'This token is valid no longer.')
  const { channels, cut, refuse } = await connect(async () => gone)
  const onGone = vi.fn()
  await channels.subscribe('a', { onMessage: () => undefined, onGone })
  refuse()
  cut()
  await vi.waitUntil(() => onGone.mock.calls.length === 1, { timeout: 5000 })
  expect(onGone).toHaveBeenCalledWith(gone)
  await expect(channels.subscribe('b', { onMessage: () => undefined })).rejects.toBe(gone)
})

it('passes over what is no message', async () => {
  const { channels, say, server } = await connect()
  const seen: unknown[] = []
  await channels.subscribe('a', { onMessage: ({ data }) => seen.push(data) })
  for (const client of server.clients) client.send('not json')
  say({ channel: 'a' })
  say(null)
  say({ type: 'x', channel: 'a', data: 2 })
  await vi.waitUntil(() => seen.length > 0)
  expect(seen).toEqual([2])
})

it('says where there is no WebSocket what to do about it', async () => {
  vi.stubGlobal('WebSocket', undefined)
  const channels = new ChannelSocket({
    url: () => 'ws://127.0.0.1:1',
    whyGone: async () => null,
    openSocket: openSocketWith(undefined),
  })
  const subscribing = channels.subscribe('a', { onMessage: () => undefined })
  await expect(subscribing).rejects.toMatchObject({ code: 'unsupported' })
  vi.unstubAllGlobals()
})

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { WorkbenchEvent } from '@/lib/protocol/workbench'
import { EventSocket, type EventSocketState } from './event-socket'
import { reconnectDelayMs } from './reconnect-timer'
import type { Socket } from './reconnecting-socket'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function connect() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const events: WorkbenchEvent[] = []
  const states: EventSocketState[] = []
  server.on('connection', (socket) => socket.send('{"type":"ports","ports":[]}'))
  const socket = new EventSocket({
    url: () => `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    onEvent: (event) => events.push(event),
    onState: (state) => states.push(state),
    openSocket: (url) => new WebSocket(url) as unknown as Socket,
  })
  closers.push(() => {
    socket.close()
    for (const client of server.clients) client.terminate()
    server.close()
  })
  return { server, events, states }
}

it('comes back after a cut and says that it was away', async () => {
  const { server, states } = await connect()
  await vi.waitUntil(() => states.includes('live'))
  for (const client of server.clients) client.terminate()
  await vi.waitUntil(() => states.length === 3, { timeout: 5000 })
  expect(states).toEqual(['live', 'reconnecting', 'live'])
})

it('passes over what is not an event', async () => {
  const { server, events } = await connect()
  await vi.waitUntil(() => events.length === 1)
  for (const client of server.clients) {
    client.send('{"type":"files","events":"many"}')
    client.send('not json')
    client.send('{"type":"watching","path":"/workspace"}')
  }
  await vi.waitUntil(() => events.length === 2)
  expect(events[1]).toEqual({ type: 'watching', path: '/workspace' })
})

it('waits longer with each failure, up to a limit, and never the same for all', () => {
  expect(reconnectDelayMs(0, () => 0)).toBe(125)
  expect(reconnectDelayMs(0, () => 1)).toBe(250)
  expect(reconnectDelayMs(3, () => 1)).toBe(2000)
  expect(reconnectDelayMs(50, () => 1)).toBe(8000)
})

import { describe, expect, it } from 'vitest'
import type { WorkbenchEvent } from '@/lib/protocol/workbench'
import { EventFeed } from './event-feed'

/** A socket whose reader takes what it is sent when the test says so. */
function slowReader() {
  const said: WorkbenchEvent[] = []
  const pending: (() => void)[] = []
  const socket = {
    send(text: string, done: () => void) {
      said.push(JSON.parse(text))
      pending.push(done)
    },
  }
  const takeAll = () => {
    for (const done of pending.splice(0)) done()
  }
  return { socket, said, takeAll }
}

const files = (bytes: number): WorkbenchEvent => ({
  type: 'files',
  events: [{ event: 'add', path: 'x'.repeat(bytes) }],
})
const ports = (port: number): WorkbenchEvent => ({
  type: 'ports',
  ports: [{ port, address: '::', pid: null, process_name: null }],
})

describe('a feed of events', () => {
  it('passes them on while the reader keeps up', () => {
    const reader = slowReader()
    const feed = new EventFeed(reader.socket, '/workspace')
    for (let index = 0; index < 100; index++) {
      feed.say(files(100_000))
      reader.takeAll()
    }
    expect(reader.said).toHaveLength(100)
  })

  it('makes one resync of what a slow reader missed, and keeps the latest of every state', () => {
    const reader = slowReader()
    const feed = new EventFeed(reader.socket, '/workspace')
    for (let index = 0; index < 1000; index++) feed.say(files(100_000))
    for (let port = 1; port <= 1000; port++) feed.say(ports(port))
    const before = reader.said.length
    expect(before).toBeLessThan(20)
    reader.takeAll()
    expect(reader.said.slice(before)).toEqual([ports(1000), { type: 'resync', path: '/workspace' }])
    reader.takeAll()
    feed.say(files(1))
    expect(reader.said.at(-1)).toEqual(files(1))
  })
})

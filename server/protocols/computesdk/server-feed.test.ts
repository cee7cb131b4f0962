import { describe, expect, it } from 'vitest'
import type { ManagedServer, ServerEvent } from '@/lib/protocol/servers'
import { ServerFeed } from './server-feed'

/** Takes what it is sent only when told to. */
class SlowSocket {
  readonly texts: string[] = []
  #waiting: (() => void)[] = []
  send(text: string, done: () => void): void {
    this.texts.push(text)
    this.#waiting.push(done)
  }
  take(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const done of waiting) done()
  }
}

const changed = (slug: string, start: string): ServerEvent => ({
  type: 'changed',
  server: { slug, start } as ManagedServer,
})

describe('changes of servers to a slow reader', () => {
  it('come in their order while it keeps up', () => {
    const socket = new SlowSocket()
    const feed = new ServerFeed(socket)
    for (const event of [changed('a', '1'), { type: 'ready' } as const, changed('a', '2')]) feed.say(event)
    expect(socket.texts).toHaveLength(3)
  })

  it('wait as the latest of each server, and ready stays behind what it is about', () => {
    const socket = new SlowSocket()
    const feed = new ServerFeed(socket)
    for (let i = 0; i < 4; i++) feed.say(changed(`large${i}`, 'x'.repeat(400_000)))
    const before = socket.texts.length
    for (let i = 0; i < 1000; i++) feed.say(changed('b', String(i)))
    feed.say({ type: 'ready' })
    feed.say({ type: 'removed', slug: 'c' })
    expect(socket.texts).toHaveLength(before)
    socket.take()
    socket.take()
    const later = socket.texts.slice(before).map((text) => JSON.parse(text) as ServerEvent)
    expect(later.filter(({ type }) => type === 'changed').at(-1)).toEqual(changed('b', '999'))
    expect(later.slice(-2)).toEqual([{ type: 'ready' }, { type: 'removed', slug: 'c' }])
    expect(later.length).toBeLessThanOrEqual(4)
  })
})

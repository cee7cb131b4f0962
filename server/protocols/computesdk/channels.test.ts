import { beforeEach, describe, expect, it } from 'vitest'
import { MAX_SUBSCRIPTIONS } from './channel-member'
import { MAX_BEHIND_BYTES } from './channel-outbox'
import { Channels } from './channels'
import { MAX_KEPT_BYTES } from './kept-messages'

/** A socket that reads when it is told to. */
class TestSocket {
  readonly texts: string[] = []
  closed: number | null = null
  isReading = true
  #waiting: ((isTaken: boolean) => void)[] = []

  send(text: Buffer, done: (isTaken: boolean) => void): void {
    this.texts.push(text.toString())
    if (this.isReading) done(true)
    else this.#waiting.push(done)
  }

  close(code: number): void {
    this.closed = code
  }

  readAll(): void {
    for (const done of this.#waiting.splice(0)) done(true)
  }

  types(): string[] {
    return this.texts.map((text) => JSON.parse(text).type)
  }
}

let channels: Channels
let socket: TestSocket
beforeEach(() => {
  channels = new Channels()
  socket = new TestSocket()
})

describe('publish', () => {
  it('reaches those who subscribed, in their sandbox and channel only', () => {
    const [other, elsewhere] = [new TestSocket(), new TestSocket()]
    channels.join('one', socket).subscribe('a')
    channels.join('one', other).subscribe('b')
    channels.join('two', elsewhere).subscribe('a')
    channels.publish('one', { type: 'hello', channel: 'a', data: { x: 1 } })
    expect(socket.texts).toEqual(['{"type":"hello","channel":"a","data":{"x":1}}'])
    expect(other.texts).toEqual([])
    expect(elsewhere.texts).toEqual([])
  })

  it('is kept while nobody has subscribed, and told once to the first who does', () => {
    channels.open('one', 'a')
    channels.publish('one', { type: '1', channel: 'a' })
    channels.publish('one', { type: '2', channel: 'a' })
    const late = new TestSocket()
    channels.join('one', socket).subscribe('a')
    channels.join('one', late).subscribe('a')
    channels.publish('one', { type: '3', channel: 'a' })
    expect(socket.types()).toEqual(['1', '2', '3'])
    expect(late.types()).toEqual(['3'])
  })

  it('is kept again when the last subscriber has left', () => {
    channels.open('one', 'a')
    const first = channels.join('one', new TestSocket())
    first.subscribe('a')
    first.leave()
    channels.publish('one', { type: 'meanwhile', channel: 'a' })
    channels.join('one', socket).subscribe('a')
    expect(socket.types()).toEqual(['meanwhile'])
  })

  it('keeps the newest of too much, and nothing of a channel that is not open', () => {
    channels.open('one', 'a')
    const data = 'x'.repeat(1000)
    for (let i = 0; i < 1000; i++) channels.publish('one', { type: String(i), channel: 'a', data })
    channels.publish('one', { type: 'lost', channel: 'b' })
    const member = channels.join('one', socket)
    member.subscribe('a')
    member.subscribe('b')
    expect(socket.types().at(-1)).toBe('999')
    expect(socket.texts.join('').length).toBeLessThanOrEqual(MAX_KEPT_BYTES)
    expect(socket.texts.join('').length).toBeGreaterThan(MAX_KEPT_BYTES / 2)
  })

  it('forgets what a closed channel kept', () => {
    channels.open('one', 'a')
    channels.publish('one', { type: 'old', channel: 'a' })
    channels.close('one', 'a')
    channels.open('one', 'a')
    channels.join('one', socket).subscribe('a')
    expect(socket.texts).toEqual([])
  })
})

it('broadcasts to every socket of a sandbox', () => {
  const elsewhere = new TestSocket()
  channels.join('one', socket)
  channels.join('two', elsewhere)
  channels.broadcast('one', { type: 'all' })
  expect(socket.types()).toEqual(['all'])
  expect(elsewhere.texts).toEqual([])
})

describe('subscribing', () => {
  it('is told each time, and so is the leaving of the last one', () => {
    const told: string[] = []
    channels.onSubscribe((id, channel) => told.push(`+${id} ${channel}`))
    const stop = channels.onLastLeft((id, channel) => told.push(`-${id} ${channel}`))
    const first = channels.join('one', socket)
    const second = channels.join('one', new TestSocket())
    first.subscribe('a')
    first.subscribe('a')
    second.subscribe('a')
    first.unsubscribe('a')
    first.unsubscribe('a')
    expect(channels.isSubscribed('one', 'a')).toBe(true)
    second.leave()
    second.leave()
    stop()
    expect(channels.isSubscribed('one', 'a')).toBe(false)
    expect(told).toEqual(['+one a', '+one a', '-one a'])
  })

  it('takes so many channels, and names that can be ours', () => {
    const member = channels.join('one', socket)
    member.subscribe('')
    member.subscribe('x'.repeat(129))
    for (let i = 0; i <= MAX_SUBSCRIPTIONS; i++) member.subscribe(`c${i}`)
    expect(channels.isSubscribed('one', `c${MAX_SUBSCRIPTIONS - 1}`)).toBe(true)
    expect(channels.isSubscribed('one', `c${MAX_SUBSCRIPTIONS}`)).toBe(false)
    expect(channels.isSubscribed('one', '')).toBe(false)
    expect(channels.isSubscribed('one', 'x'.repeat(129))).toBe(false)
  })

  it('brings the source of that kind, until it ends', () => {
    const told: string[] = []
    channels.serve('terminal', (member, channel) => {
      told.push(`start ${channel}`)
      member.send({ type: 'mine', channel })
      return () => told.push(`stop ${channel}`)
    })
    const member = channels.join('one', socket)
    member.subscribe('terminal:t1')
    member.subscribe('terminal:t2')
    member.subscribe('terminal')
    member.unsubscribe('terminal:t1')
    member.leave()
    expect(told).toEqual(['start terminal:t1', 'start terminal:t2', 'stop terminal:t1', 'stop terminal:t2'])
    expect(socket.types()).toEqual(['mine', 'mine'])
  })
})

describe('a slow reader', () => {
  it('is behind until the network has taken what was sent', async () => {
    socket.isReading = false
    const member = channels.join('one', socket)
    await member.caughtUp()
    let taken = 0
    member.sendPaced({ type: 'x', data: 'x'.repeat(1024 * 1024) }, () => taken++)
    expect([member.isBehind, taken]).toEqual([true, 0])
    const caughtUp = member.caughtUp()
    socket.readAll()
    await caughtUp
    expect([member.isBehind, taken]).toEqual([false, 1])
  })

  it('is waited for no longer when it leaves', async () => {
    socket.isReading = false
    const member = channels.join('one', socket)
    member.sendPaced({ type: 'x', data: 'x'.repeat(1024 * 1024) }, () => undefined)
    const caughtUp = member.caughtUp()
    member.leave()
    await caughtUp
  })

  it('is never cut off by who waits for it', () => {
    socket.isReading = false
    const member = channels.join('one', socket)
    const data = 'x'.repeat(1024 * 1024)
    for (let i = 0; i < 20; i++) member.sendPaced({ type: 'a', data }, () => undefined)
    expect(socket.closed).toBe(null)
  })

  it('is cut off when it is too far behind, and sent nothing more', () => {
    socket.isReading = false
    const member = channels.join('one', socket)
    member.subscribe('a')
    const data = 'x'.repeat(1024 * 1024)
    for (let i = 0; i < 20; i++) channels.publish('one', { type: 'a', channel: 'a', data })
    expect(socket.closed).toBe(1013)
    expect(socket.texts.join('').length).toBeLessThanOrEqual(MAX_BEHIND_BYTES)
    const sent = socket.texts.length
    member.send({ type: 'x' })
    let taken: boolean | null = null
    member.sendPaced({ type: 'x' }, (isTaken) => {
      taken = isTaken
    })
    expect(socket.texts.length).toBe(sent)
    expect(taken).toBe(false)
  })
})

it('forgets a deleted sandbox and closes its sockets', () => {
  const stops: string[] = []
  channels.serve('terminal', (_member, channel) => () => stops.push(channel))
  channels.open('one', 'a')
  channels.publish('one', { type: 'old', channel: 'a' })
  channels.join('one', socket).subscribe('terminal:t')
  channels.forget('one')
  channels.forget('none')
  expect(socket.closed).toBe(1001)
  expect(stops).toEqual(['terminal:t'])
  const late = new TestSocket()
  channels.join('one', late).subscribe('a')
  expect(late.texts).toEqual([])
})

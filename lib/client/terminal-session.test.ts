import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Socket } from './reconnecting-socket'
import { TerminalSession, type TerminalState } from './terminal-session'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A terminal's log behind a real WebSocket server that speaks the agent's stream protocol. */
async function startTerminalServer() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const log = { bytes: Buffer.alloc(0), startOffset: 0, role: 'writer' }
  const input: string[] = []
  const control: { type: string; offset?: number }[] = []
  server.on('connection', (socket, request) => {
    const asked = Number(new URL(request.url ?? '', 'ws://x').searchParams.get('offset'))
    const offset = Math.max(asked, log.startOffset)
    socket.on('message', (data, isBinary) => {
      if (isBinary) input.push(data.toString())
      else control.push(JSON.parse(data.toString()))
    })
    const start = { type: 'start', offset, endOffset: log.bytes.length, cols: 80, rows: 24, role: log.role }
    socket.send(JSON.stringify({ ...start, modes: '', isAlternateScreen: false }))
    socket.send(log.bytes.subarray(offset))
  })
  closers.push(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  return {
    log,
    input,
    control,
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    print(text: string) {
      log.bytes = Buffer.concat([log.bytes, Buffer.from(text)])
      for (const client of server.clients) client.send(Buffer.from(text))
    },
    printUnseen(text: string) {
      log.bytes = Buffer.concat([log.bytes, Buffer.from(text)])
    },
    say(message: object) {
      for (const client of server.clients) client.send(JSON.stringify(message))
    },
    cut() {
      for (const client of server.clients) client.terminate()
    },
  }
}

function openSession(url: string, isGone?: () => Promise<boolean>) {
  const seen = {
    output: '',
    replayed: '',
    starts: [] as boolean[],
    gaps: [] as number[],
    states: [] as TerminalState[],
    exitCode: null as number | null,
    dropped: 0,
    offsets: [] as number[],
  }
  const session = new TerminalSession({
    url: (offset) => {
      seen.offsets.push(offset)
      return `${url}/?offset=${offset}`
    },
    openSocket: (address) => new WebSocket(address) as unknown as Socket,
    ...(isGone ? { isGone } : {}),
    handlers: {
      onOutput: (bytes, { endOffset, isReplay }) => {
        const text = Buffer.from(bytes).toString()
        seen.output += text
        if (isReplay) seen.replayed += text
        session.consumed(endOffset)
      },
      onStart: (_start, isResumed) => seen.starts.push(isResumed),
      onGap: (skipped) => seen.gaps.push(skipped),
      onResize: () => undefined,
      onRole: () => undefined,
      onState: (state, exitCode) => {
        seen.states.push(state)
        seen.exitCode = exitCode
      },
      onInputDropped: () => seen.dropped++,
    },
  })
  closers.push(() => session.close())
  return { session, seen }
}

describe('TerminalSession', () => {
  it('tells the replay from what is new', async () => {
    const server = await startTerminalServer()
    server.print('old')
    const { seen } = openSession(server.url)
    await vi.waitUntil(() => seen.output === 'old')
    server.print('new')
    await vi.waitUntil(() => seen.output === 'oldnew')
    expect(seen.replayed).toBe('old')
    expect(seen.starts).toEqual([false])
  })

  it('goes on at its offset after a cut, with no byte lost or doubled', async () => {
    const server = await startTerminalServer()
    const { seen } = openSession(server.url)
    await vi.waitUntil(() => seen.states.includes('live'))
    let printed = ''
    for (let round = 0; round < 3; round++) {
      server.print(`seen ${round};`)
      server.cut()
      server.printUnseen(`unseen ${round};`)
      printed += `seen ${round};unseen ${round};`
      await vi.waitUntil(() => seen.output.length >= printed.length, { timeout: 5000 })
    }
    expect(seen.output).toBe(printed)
    expect(seen.starts.slice(1)).toEqual([true, true, true])
    expect(seen.gaps).toEqual([])
  })

  it('says how much was skipped where the log no longer reaches back', async () => {
    const server = await startTerminalServer()
    server.print('0123456789')
    const { seen } = openSession(server.url)
    await vi.waitUntil(() => seen.output.length === 10)
    server.printUnseen('x'.repeat(90))
    server.log.startOffset = 60
    server.cut()
    await vi.waitUntil(() => seen.output.length === 50, { timeout: 5000 })
    expect(seen.gaps).toEqual([50])
  })

  it('moves its offset with a gap that the server says in the middle', async () => {
    const server = await startTerminalServer()
    const { seen } = openSession(server.url)
    await vi.waitUntil(() => seen.states.includes('live'))
    server.say({ type: 'gap', offset: 1000, modes: '' })
    await vi.waitUntil(() => seen.gaps.length === 1)
    server.printUnseen('x'.repeat(1000))
    server.print('tail')
    server.cut()
    await vi.waitUntil(() => seen.offsets.length === 2, { timeout: 5000 })
    expect(seen.gaps).toEqual([1000])
    expect(seen.offsets[1]).toBe(1004)
  })

  it('acknowledges what the emulator has taken, in steps', async () => {
    const server = await startTerminalServer()
    const { seen } = openSession(server.url)
    await vi.waitUntil(() => seen.states.includes('live'))
    server.print('x'.repeat(40_000))
    server.print('x'.repeat(40_000))
    await vi.waitUntil(() => server.control.length > 0)
    expect(server.control).toEqual([{ type: 'ack', offset: 80_000 }])
  })

  it('keeps what is typed during a short outage, and sends it once', async () => {
    const server = await startTerminalServer()
    const { session, seen } = openSession(server.url)
    await vi.waitUntil(() => seen.states.includes('live'))
    server.cut()
    await vi.waitUntil(() => session.state === 'reconnecting')
    session.write('ls')
    session.write('\r')
    await vi.waitUntil(() => server.input.join('') === 'ls\r', { timeout: 5000 })
    expect(seen.dropped).toBe(0)
  })

  it('says so when more is typed during an outage than it keeps', async () => {
    const server = await startTerminalServer()
    const { session, seen } = openSession(server.url)
    await vi.waitUntil(() => seen.states.includes('live'))
    server.cut()
    await vi.waitUntil(() => session.state === 'reconnecting')
    session.write('x'.repeat(5000))
    expect(seen.dropped).toBe(1)
  })

  it('says its size again after a reconnect', async () => {
    const server = await startTerminalServer()
    const { session, seen } = openSession(server.url)
    await vi.waitUntil(() => seen.states.includes('live'))
    session.resize(100, 30)
    await vi.waitUntil(() => server.control.length === 1)
    server.cut()
    await vi.waitUntil(() => server.control.length === 2, { timeout: 5000 })
    expect(server.control[1]).toEqual({ type: 'resize', cols: 100, rows: 30 })
  })

  it('ends with the exit code, and does not come back', async () => {
    const server = await startTerminalServer()
    const { session, seen } = openSession(server.url)
    await vi.waitUntil(() => seen.states.includes('live'))
    server.say({ type: 'exit', exitCode: 7 })
    await vi.waitUntil(() => session.state === 'ended')
    expect(seen.exitCode).toBe(7)
    expect(seen.offsets).toHaveLength(1)
  })

  it('ends when the stream is refused and the terminal is gone', async () => {
    const refusing = new WebSocketServer({ port: 0, host: '127.0.0.1', verifyClient: () => false })
    await once(refusing, 'listening')
    closers.push(() => refusing.close())
    const url = `ws://127.0.0.1:${(refusing.address() as AddressInfo).port}`
    const { session } = openSession(url, () => Promise.resolve(true))
    await vi.waitUntil(() => session.state === 'ended')
  })

  it('passes over messages that it does not know', async () => {
    const server = await startTerminalServer()
    const { session, seen } = openSession(server.url)
    await vi.waitUntil(() => seen.states.includes('live'))
    server.say({ type: 'later-version' })
    server.say({ type: 'gap', offset: -5, modes: '' })
    server.print('still here')
    await vi.waitUntil(() => seen.output === 'still here')
    expect(session.state).toBe('live')
    expect(seen.gaps).toEqual([])
  })
})

import type { Duplex } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { SandboxError } from '@/lib/errors'
import { STREAM_WINDOW_BYTES } from '../agent-contract'
import { AgentConnection } from './agent-connection'
import { startHostileAgent } from './hostile-agent.test-support'

let stop: () => Promise<void> = async () => undefined
afterEach(() => stop())

async function openPort(onSocket: (socket: WebSocket) => void): Promise<Duplex> {
  const agent = await startHostileAgent(() => undefined, onSocket)
  const connection = new AgentConnection(agent.dial, 'x')
  stop = async () => {
    connection.close(new SandboxError('unavailable', ''))
    await agent.stop()
  }
  const stream = await connection.openPort(3000)
  return stream
}

function say(socket: WebSocket, message: object): void {
  socket.send(JSON.stringify(message))
}

describe('a stream to a port', () => {
  it('carries bytes both ways, and half-closes', async () => {
    const stream = await openPort((socket) => {
      say(socket, { type: 'connected' })
      let taken = 0
      socket.on('message', (data, isBinary) => {
        if (!isBinary) {
          socket.send(Buffer.from('bye'))
          say(socket, { type: 'end' })
          return
        }
        taken += (data as Buffer).length
        socket.send(data)
        say(socket, { type: 'ack', bytes: taken })
      })
    })
    stream.end(Buffer.from('hello'))
    let text = ''
    for await (const chunk of stream) text += chunk
    expect(text).toBe('hellobye')
  })

  it('stops at the window where nothing is acknowledged, and goes on when it is', async () => {
    let received = 0
    let agentSide: WebSocket | undefined
    const stream = await openPort((socket) => {
      agentSide = socket
      say(socket, { type: 'connected' })
      socket.on('message', (data) => {
        received += (data as Buffer).length
      })
    })
    const written = new Promise<void>((resolve, reject) => {
      stream.write(Buffer.alloc(3 * STREAM_WINDOW_BYTES), (error) => (error ? reject(error) : resolve()))
    })
    await expect.poll(() => received).toBe(STREAM_WINDOW_BYTES)
    if (agentSide) say(agentSide, { type: 'ack', bytes: STREAM_WINDOW_BYTES })
    await expect.poll(() => received).toBe(2 * STREAM_WINDOW_BYTES)
    if (agentSide) say(agentSide, { type: 'ack', bytes: 2 * STREAM_WINDOW_BYTES })
    await written
    await expect.poll(() => received).toBe(3 * STREAM_WINDOW_BYTES)
  })

  it('keeps memory bounded for a reader that does not read', async () => {
    let isOpen = true
    let handedOver = 0
    const stream = await openPort((socket) => {
      say(socket, { type: 'connected' })
      socket.once('close', () => {
        isOpen = false
      })
      const flood = () => {
        while (isOpen && socket.bufferedAmount < 1024 * 1024) {
          socket.send(Buffer.alloc(64 * 1024))
          handedOver += 64 * 1024
        }
        if (isOpen) setImmediate(flood)
      }
      flood()
    })
    // Until the sockets are full and nothing more is taken.
    let before = -1
    await expect
      .poll(() => {
        const isStill = handedOver === before
        before = handedOver
        return isStill
      })
      .toBe(true)
    expect(stream.readableLength).toBeLessThan(512 * 1024)
    expect(handedOver).toBeLessThan(8 * 1024 * 1024)
    stream.destroy()
    await expect.poll(() => isOpen).toBe(false)
  })

  it('is refused where nothing listens', async () => {
    await expect(openPort((socket) => socket.close(4502))).rejects.toMatchObject({ code: 'port_closed' })
  })

  it.each([
    ['more than was sent', { type: 'ack', bytes: 1 }],
    ['nonsense', { type: 'hello' }],
  ])('ends when the agent acknowledges %s', async (_name, message) => {
    const stream = await openPort((socket) => {
      say(socket, { type: 'connected' })
      say(socket, message)
    })
    await expect.poll(() => stream.errored).toMatchObject({ code: 'agent_failed' })
  })

  it('breaks with its connection', async () => {
    const stream = await openPort((socket) => {
      say(socket, { type: 'connected' })
      socket.on('message', () => socket.terminate())
    })
    stream.write('x')
    await expect.poll(() => stream.errored).toMatchObject({ code: 'agent_failed' })
  })
})

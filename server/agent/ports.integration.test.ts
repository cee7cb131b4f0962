import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Port } from '@/server/agent-contract'
import { startAgent, type TestAgent } from './testing'

let agent: TestAgent
beforeAll(async () => {
  agent = await startAgent()
})
afterAll(() => agent.stop())

async function listen(host: string, onSocket: (socket: Socket) => void = () => undefined) {
  const server = createServer({ allowHalfOpen: true }, onSocket)
  server.listen(0, host)
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

async function close(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}

describe('ports', () => {
  it.each(['127.0.0.1', '0.0.0.0', '::1', '::'])(
    'that listen on %s are listed with their owner',
    async (host) => {
      const { server, port } = await listen(host)
      const { ports } = (await agent.call('GET', '/ports')).json<{ ports: Port[] }>()
      expect(ports.find((each) => each.port === port)).toEqual({
        port,
        address: host,
        pid: process.pid,
        processName: expect.any(String),
      })
      await close(server)
    },
  )

  it('are told when they open and close', async () => {
    const before = await listen('127.0.0.1')
    const events = await agent.open('/ports/events')
    await events.until(() => events.find('ports'))
    expect(events.find('ports')?.ports).toContainEqual(expect.objectContaining({ port: before.port }))
    const { server, port } = await listen('127.0.0.1')
    const told = (type: string) =>
      events.messages.some((message) => message.type === type && (message.port as Port).port === port)
    await events.until(() => told('open'))
    await close(server)
    await events.until(() => told('close'))
    await close(before.server)
    await events.close()
  })
})

describe('a stream to a port', () => {
  it('carries bytes both ways, on IPv4 and IPv6', async () => {
    for (const host of ['127.0.0.1', '::1']) {
      const { server, port } = await listen(host, (socket) => socket.pipe(socket))
      const stream = await agent.open(`/ports/${port}/stream`)
      await stream.until(() => stream.find('connected'))
      const sent = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 256))
      for (let i = 0; i < sent.length; i += 50_000) stream.send(sent.subarray(i, i + 50_000))
      await stream.until(() => stream.outputBytes === sent.length)
      expect(stream.output.equals(sent)).toBe(true)
      await stream.close()
      await close(server)
    }
  })

  it('acknowledges what the port took, and not what it did not', async () => {
    const sockets: Socket[] = []
    const { server, port } = await listen('127.0.0.1', (socket) => {
      socket.pause()
      sockets.push(socket)
    })
    const stream = await agent.open(`/ports/${port}/stream`)
    await stream.until(() => stream.find('connected'))
    const acknowledged = () =>
      Number(stream.messages.findLast((message) => message.type === 'ack')?.bytes ?? 0)
    const frame = Buffer.alloc(64 * 1024)
    let sent = 0
    const pour = () => {
      for (
        ;
        sent - acknowledged() <= 1024 * 1024 - frame.length && sent < 20 * 2 ** 20;
        sent += frame.length
      ) {
        stream.send(frame)
      }
      return sent >= 20 * 2 ** 20
    }
    // Until the buffers of the kernel are full and nothing is taken any more.
    for (let last = -1; last !== sent; ) {
      last = sent
      pour()
      await agent.call('GET', '/health')
    }
    expect(sent).toBeLessThan(20 * 2 ** 20)
    let received = 0
    sockets[0]?.on('data', (chunk: Buffer) => {
      received += chunk.length
      if (received === 20 * 2 ** 20) sockets[0]?.end()
    })
    sockets[0]?.resume()
    await stream.until(pour)
    await stream.until(() => stream.find('end'))
    expect(received).toBe(20 * 2 ** 20)
    await stream.close()
    await close(server)
  })

  it('slows the port down when the caller does not read, and loses nothing', async () => {
    const size = 60 * 1024 * 1024
    let written = 0
    const { server, port } = await listen('127.0.0.1', (socket) => {
      const chunk = Buffer.alloc(1024 * 1024, 'x')
      const pour = () => {
        while (written < size) {
          written += chunk.length
          if (!socket.write(chunk)) return
        }
        socket.end()
      }
      socket.on('drain', pour)
      socket.on('error', () => undefined)
      pour()
    })
    const stream = await agent.open(`/ports/${port}/stream`)
    stream.pause()
    // With no reader the port comes to a standstill long before its end.
    for (let last = -1; last !== written; ) {
      last = written
      await agent.call('POST', '/processes/run', { body: { command: 'sleep 0.1' } })
    }
    expect(written).toBeLessThan(size)
    stream.resume()
    await stream.until(() => stream.find('end'))
    expect(stream.outputBytes).toBe(size)
    await stream.close()
    await close(server)
  })

  it('knows the end of each direction', async () => {
    const { server, port } = await listen('127.0.0.1', (socket) => {
      let heard = ''
      socket.on('data', (chunk) => {
        heard += chunk
      })
      socket.on('end', () => socket.end(`heard ${heard}`))
    })
    const stream = await agent.open(`/ports/${port}/stream`)
    await stream.until(() => stream.find('connected'))
    stream.send(Buffer.from('all of it'))
    stream.send({ type: 'end' })
    await stream.until(() => stream.closed)
    expect(stream.text).toBe('heard all of it')
    expect(stream.find('end')).toBeDefined()
    expect(stream.closed?.code).toBe(1000)
    await close(server)
  })

  it('brings the port its last bytes when the caller hangs up', async () => {
    const heard = withResolvers<number>()
    const { server, port } = await listen('127.0.0.1', (socket) => {
      let bytes = 0
      socket.on('data', (chunk) => {
        bytes += chunk.length
      })
      socket.on('end', () => {
        heard.resolve(bytes)
        socket.end()
      })
    })
    const stream = await agent.open(`/ports/${port}/stream`)
    await stream.until(() => stream.find('connected'))
    stream.send(Buffer.alloc(500_000))
    await stream.close()
    expect(await heard.promise).toBe(500_000)
    await close(server)
  })

  it('closes with 4502 where nothing listens, and is refused where no port can be', async () => {
    const { server, port } = await listen('127.0.0.1')
    await close(server)
    const stream = await agent.open(`/ports/${port}/stream`)
    await stream.until(() => stream.closed)
    expect(stream.closed?.code).toBe(4502)
    expect(stream.find('connected')).toBeUndefined()
    for (const bad of ['0', '65536', '80abc', '-1', '99999999999', '%31']) {
      await expect(agent.open(`/ports/${bad}/stream`)).rejects.toThrow('status 400')
    }
  })

  it('ends when the port breaks the connection', async () => {
    const { server, port } = await listen('127.0.0.1', (socket) => socket.resetAndDestroy())
    const stream = await agent.open(`/ports/${port}/stream`)
    await stream.until(() => stream.closed)
    expect(stream.closed?.code).toBeGreaterThanOrEqual(1000)
    await close(server)
  })
})

/** Node 20 has no Promise.withResolvers. */
function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

import { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { SandboxError } from '@/lib/errors'
import { PortStreamMessage, STREAM_WINDOW_BYTES } from '../agent-contract'
import { agentFailure, invalidReply } from './agent-errors'
import { type AgentAddress, openSocket } from './agent-socket'

/** The agent's close code for a port on which nothing takes connections. */
const PORT_CLOSED_CODE = 4502
/** A listener inside takes a connection at once, or its backlog is full. */
const CONNECT_TIMEOUT_MS = 15_000
/** Larger writes are cut, so that one of them cannot exceed the window. */
const MAX_FRAME_BYTES = 64 * 1024

/** A connection to a port inside the sandbox, as a socket would be: both directions, half-close, backpressure. */
export async function openPortStream(agent: AgentAddress, port: number): Promise<Duplex> {
  let stream: PortStream | undefined
  await openSocket(agent, `/ports/${port}/stream`, (socket) => {
    stream = new PortStream(socket, port)
  })
  if (!stream) throw agentFailure(undefined)
  await stream.connected
  return stream
}

class PortStream extends Duplex {
  readonly connected: Promise<void>
  readonly #socket: WebSocket
  readonly #port: number
  #sentBytes = 0
  #ackedBytes = 0
  /** Goes on with a write that waits for the window. */
  #resumeWrite: (() => void) | null = null
  #settleConnected: (error: Error | null) => void = () => undefined
  #hasEnded = false

  constructor(socket: WebSocket, port: number) {
    super({ allowHalfOpen: true })
    this.#socket = socket
    this.#port = port
    this.connected = this.#whenConnected()
    this.connected.catch(() => undefined)
    // It may break before anybody holds it, and an error without a listener would end the server.
    this.on('error', () => undefined)
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary))
    socket.on('close', (code) => this.#onClose(code))
    socket.on('error', (error) => this.#fail(error))
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#writeFrom(chunk, 0, callback)
  }

  /** Half-close: the port sees the end of our bytes and may still send its own. */
  override _final(callback: (error?: Error | null) => void): void {
    const isOpen = this.#socket.readyState === this.#socket.OPEN
    if (isOpen) this.#socket.send(JSON.stringify({ type: 'end' }), () => callback())
    else callback()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#settleConnected(error ?? closedPort(this.#port))
    this.#resumeWrite = null
    this.#socket.terminate()
    callback(error)
  }

  #writeFrom(chunk: Buffer, start: number, callback: (error?: Error | null) => void): void {
    const roomBytes = STREAM_WINDOW_BYTES - (this.#sentBytes - this.#ackedBytes)
    if (roomBytes <= 0) {
      this.#resumeWrite = () => this.#writeFrom(chunk, start, callback)
      return
    }
    const end = Math.min(chunk.length, start + Math.min(roomBytes, MAX_FRAME_BYTES))
    this.#sentBytes += end - start
    this.#socket.send(chunk.subarray(start, end), { binary: true }, (error) => {
      if (error) callback(error)
      else if (end < chunk.length) this.#writeFrom(chunk, end, callback)
      else callback()
    })
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (!isBinary) this.#onControl(data)
    else if (!this.#hasEnded && !this.push(data as Buffer)) this.#socket.pause()
  }

  #onControl(data: RawData): void {
    const message = parseControl(data)
    if (!message) {
      this.destroy(invalidReply('port stream'))
    } else if (message.type === 'connected') {
      this.#settleConnected(null)
    } else if (message.type === 'ack') {
      this.#onAck(message.bytes)
    } else {
      this.#end()
    }
  }

  /** `bytes` counts from the beginning. More than was sent would open the window for ever. */
  #onAck(bytes: number): void {
    if (bytes > this.#sentBytes || bytes < this.#ackedBytes)
      return void this.destroy(invalidReply('acknowledgement'))
    this.#ackedBytes = bytes
    const resume = this.#resumeWrite
    this.#resumeWrite = null
    resume?.()
  }

  #onClose(code: number): void {
    const isNormal = code === 1000 || code === 1001 || code === 1005
    if (code === PORT_CLOSED_CODE) this.destroy(closedPort(this.#port))
    else if (!isNormal) this.#fail(undefined)
    else {
      this.#settleConnected(closedPort(this.#port))
      this.#end()
      // Nobody is left to take what is still to be written.
      this.once('end', () => this.destroy())
      if (this.readableEnded) this.destroy()
    }
  }

  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.push(null)
  }

  #fail(cause: unknown): void {
    this.destroy(agentFailure(cause))
  }

  #whenConnected(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.destroy(closedPort(this.#port)), CONNECT_TIMEOUT_MS)
      this.#settleConnected = (error) => {
        clearTimeout(timer)
        if (error) reject(error)
        else resolve()
      }
    })
  }
}

function parseControl(data: RawData): PortStreamMessage | null {
  try {
    const parsed = PortStreamMessage.safeParse(JSON.parse(data.toString()))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

function closedPort(port: number): SandboxError {
  return new SandboxError(
    'port_closed',
    `Nothing listens on port ${port} in the sandbox. Start the server there.`,
  )
}

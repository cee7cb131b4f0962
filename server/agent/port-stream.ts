import { SandboxError } from '@/lib/errors'
import { type PortStreamMessage, STREAM_WINDOW_BYTES } from '@/server/agent-contract'
import { addressOf } from './ports'
import type { Call, Socket, SocketHandler } from './router'
import { SocketFlow } from './socket-flow'

/** Often enough that the sender never runs into the end of its window while the port reads. */
const ACK_BYTES = STREAM_WINDOW_BYTES / 4
const CONNECT_TIMEOUT_MS = 10_000
/** For a port to take what was sent before the caller hung up. */
const LINGER_MS = 5_000
/** Each has two sockets and up to a window of bytes on its way. */
const MAX_STREAMS = 1_024
const PORT_CLOSED = 4502
const BROKEN = 4500
const TOO_FAST = 4408
const FINISHED = 1000
/** What the caller says as text: nothing more will come from it. */
const END = '{"type":"end"}'

let streams = 0

/** WS /ports/{port}/stream */
export function streamPort({ params: [text = ''] }: Call): PortStream {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65535) {
    throw new SandboxError('bad_request', `A port is a number from 1 to 65535: ${text.slice(0, 100)}`)
  }
  if (streams >= MAX_STREAMS) {
    throw new SandboxError(
      'too_many',
      `A sandbox has at most ${MAX_STREAMS} connections to its ports at a time.`,
    )
  }
  return new PortStream(port)
}

/** One TCP connection to a port, carried by one WebSocket. */
class PortStream implements SocketHandler {
  readonly #port: number
  #flow: SocketFlow | undefined
  #tcp: Bun.Socket | undefined
  /** Taken from the caller and not yet by the port. */
  #unsent: Uint8Array[] = []
  #unsentBytes = 0
  #sentBytes = 0
  #acknowledgedBytes = 0
  #isEnding = false
  #hasSaidEnd = false

  constructor(port: number) {
    this.#port = port
  }

  open(socket: Socket): void {
    streams++
    this.#flow = new SocketFlow(socket)
    void this.#connect()
  }

  message(_socket: Socket, message: string | Uint8Array): void {
    if (typeof message === 'string') {
      if (message === END) this.#isEnding = true
      this.#write()
      return
    }
    this.#unsentBytes += message.length
    if (this.#unsentBytes > 2 * STREAM_WINDOW_BYTES) {
      this.#end(TOO_FAST, 'More was sent than the window allows.')
      return
    }
    // Bun may use the frame's memory again once this returns.
    this.#unsent.push(message.slice())
    this.#write()
  }

  drain(): void {
    this.#flow?.drained()
    if (!this.#flow?.isBlocked) this.#tcp?.resume()
  }

  close(): void {
    streams--
    this.#flow = undefined
    this.#isEnding = true
    const tcp = this.#tcp
    if (!tcp) return
    // It may be paused because the caller was slow; nobody needs what comes now, but its end must be seen.
    tcp.resume()
    this.#write()
    setTimeout(() => tcp.terminate(), LINGER_MS).unref()
  }

  async #connect(): Promise<void> {
    const timer = setTimeout(() => this.#end(PORT_CLOSED, 'The port does not answer.'), CONNECT_TIMEOUT_MS)
    const tcp = await this.#dial()
    clearTimeout(timer)
    if (!tcp) return this.#end(PORT_CLOSED, `Nothing listens on port ${this.#port}.`)
    if (!this.#flow) {
      tcp.terminate()
      return
    }
    this.#tcp = tcp
    this.#say({ type: 'connected' })
    this.#write()
  }

  /** Where servers mostly listen first; then wherever this one does. */
  async #dial(): Promise<Bun.Socket | undefined> {
    for (const hostname of ['127.0.0.1', '::1']) {
      const tcp = await this.#dialAt(hostname)
      if (tcp) return tcp
    }
    const address = addressOf(this.#port)
    return address === undefined ? undefined : this.#dialAt(address)
  }

  async #dialAt(hostname: string): Promise<Bun.Socket | undefined> {
    try {
      return await Bun.connect({
        hostname,
        port: this.#port,
        allowHalfOpen: true,
        socket: {
          data: (tcp, bytes) => this.#receive(tcp, bytes),
          drain: () => this.#write(),
          end: () => this.#sayEnd(),
          close: (_tcp, error) => this.#closed(error),
          error: () => undefined,
        },
      })
    } catch {
      return undefined
    }
  }

  #receive(tcp: Bun.Socket, bytes: Uint8Array): void {
    if (!this.#flow) return
    if (!this.#flow.send(bytes)) this.#end(BROKEN, 'The caller does not take the bytes of this port.')
    else if (this.#flow.isBlocked) tcp.pause()
    else tcp.resume()
  }

  #write(): void {
    const tcp = this.#tcp
    if (!tcp) return
    while (this.#unsent.length > 0) {
      const bytes = this.#unsent[0] as Uint8Array
      const written = tcp.write(bytes as Uint8Array<ArrayBuffer>)
      if (written < 0) return
      this.#unsentBytes -= written
      this.#sentBytes += written
      if (written < bytes.length) {
        this.#unsent[0] = bytes.subarray(written)
        break
      }
      this.#unsent.shift()
    }
    if (this.#sentBytes - this.#acknowledgedBytes >= ACK_BYTES) {
      this.#acknowledgedBytes = this.#sentBytes
      this.#say({ type: 'ack', bytes: this.#sentBytes })
    }
    if (this.#isEnding && this.#unsent.length === 0) tcp.shutdown()
  }

  /** Where both directions end, Bun tells only the close. */
  #closed(error: Error | undefined): void {
    if (!this.#tcp) return
    if (!error) this.#sayEnd()
    this.#end(error ? BROKEN : FINISHED, error ? 'The port broke the connection.' : 'The port has closed.')
  }

  #sayEnd(): void {
    if (this.#hasSaidEnd) return
    this.#hasSaidEnd = true
    this.#say({ type: 'end' })
  }

  #end(code: number, reason: string): void {
    this.#flow?.close(code, reason)
    if (code !== FINISHED) this.#tcp?.terminate()
  }

  #say(message: PortStreamMessage): void {
    this.#flow?.say(message)
  }
}

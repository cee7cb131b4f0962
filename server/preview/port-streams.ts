import { Agent, type ClientRequest } from 'node:http'
import type { Duplex } from 'node:stream'
import { SandboxError } from '@/lib/errors'
import { IdleTimers } from '../sandbox/idle-timers'

export type OpenPort = (sandboxId: string, port: number) => Promise<Duplex>

/** Of one port, kept or in use. A page loads over six connections; the rest is for streams that stay open. */
const MAX_STREAMS_PER_PORT = 256
/** Of one sandbox, WebSockets included: what lies beyond is a leak or an attack. */
const MAX_STREAMS_PER_SANDBOX = 1024
const MAX_IDLE_PER_PORT = 8
/** Below the 5 s after which Node's own servers close, so that we seldom meet a closing one. */
const IDLE_MS = 4_000
const OPEN_TIMEOUT_MS = 10_000

/** Byte streams to the ports of sandboxes, counted. */
export class PortStreams {
  readonly #openPort: OpenPort
  readonly #counts = new Map<string, number>()
  /** Keeps streams between requests; Node's pool, keyed by sandbox and port. */
  readonly agent: Agent

  constructor(openPort: OpenPort) {
    this.#openPort = openPort
    this.agent = new PortAgent(this)
  }

  async open(sandboxId: string, port: number): Promise<Duplex> {
    const count = this.#counts.get(sandboxId) ?? 0
    if (count >= MAX_STREAMS_PER_SANDBOX)
      throw new SandboxError('too_many', 'The previews of this sandbox have too many open connections.')
    this.#counts.set(sandboxId, count + 1)
    try {
      const stream = await withTimeout(this.#openPort(sandboxId, port), port)
      stream.once('close', () => this.#release(sandboxId))
      return stream
    } catch (error) {
      this.#release(sandboxId)
      throw error
    }
  }

  close(): void {
    this.agent.destroy()
  }

  #release(sandboxId: string): void {
    const count = (this.#counts.get(sandboxId) ?? 1) - 1
    if (count <= 0) this.#counts.delete(sandboxId)
    else this.#counts.set(sandboxId, count)
  }
}

async function withTimeout(opening: Promise<Duplex>, port: number): Promise<Duplex> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new SandboxError('timed_out', `The sandbox did not open port ${port} in time.`)
    timer = setTimeout(() => reject(error), OPEN_TIMEOUT_MS)
  })
  try {
    return await Promise.race([opening, late])
  } catch (error) {
    opening.then((stream) => stream.destroy()).catch(() => undefined)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** These methods are what Node's documentation says to override; the pool itself is Node's. */
class PortAgent extends Agent {
  readonly #streams: PortStreams
  readonly #idle = new IdleTimers(IDLE_MS)

  constructor(streams: PortStreams) {
    super({ keepAlive: true, maxSockets: MAX_STREAMS_PER_PORT, maxFreeSockets: MAX_IDLE_PER_PORT })
    this.#streams = streams
  }

  override createConnection(
    options: { host?: string | null; port?: string | number | null },
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#streams.open(options.host ?? '', Number(options.port)).then(
      (stream) => callback?.(null, withSocketMethods(stream)),
      (error: Error) => callback?.(error, undefined as unknown as Duplex),
    )
  }

  override keepSocketAlive(stream: Duplex): boolean {
    this.#idle.start(stream)
    return true
  }

  override reuseSocket(stream: Duplex, request: ClientRequest): void {
    this.#idle.stop(stream)
    super.reuseSocket(stream, request)
  }
}

/** The pool and the client call these of a network socket, and a plain stream lacks them. */
function withSocketMethods(stream: Duplex): Duplex {
  const same = () => stream
  const missing = Object.entries({
    ref: same,
    unref: same,
    setKeepAlive: same,
    setNoDelay: same,
    setTimeout: same,
  })
  return Object.assign(stream, Object.fromEntries(missing.filter(([name]) => !(name in stream))))
}

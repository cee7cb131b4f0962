import { Agent, type ClientRequest, type ClientRequestArgs } from 'node:http'
import type { Duplex } from 'node:stream'
import { SandboxError } from '@/lib/errors'
import { IdleTimers } from './idle-timers'

/** Opens a byte stream to one sandbox's agent. */
export type Dial = () => Promise<Duplex>

/** A local socket answers at once; a hosted tunnel may take a second or two. Beyond it the machinery is broken. */
const DIAL_TIMEOUT_MS = 10_000
/** Below the ten seconds after which Bun's server closes an idle connection, so that we never write into a closing one. */
const IDLE_CONNECTION_MS = 4_000
const MAX_IDLE_CONNECTIONS = 4

/** A dial that ends within its limit; a stream that comes too late is closed, not leaked. */
export async function dialInTime(dial: Dial): Promise<Duplex> {
  const stream = dial()
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => {
      void stream.then((opened) => opened.destroy()).catch(() => undefined)
      reject(new SandboxError('agent_failed', 'The sandbox did not take a connection in time. Restart it.'))
    }, DIAL_TIMEOUT_MS)
    const clear = () => clearTimeout(timer)
    stream.then(clear, clear)
  })
  const opened = await Promise.race([stream, late])
  // Between two uses nobody else listens, and an error without a listener would end the server.
  opened.on('error', () => undefined)
  return opened
}

/** Node's connection pool over dialled streams, which need not be sockets: they may lack what a socket has. */
export class DialedConnections extends Agent {
  readonly #dial: Dial
  readonly #idle = new IdleTimers(IDLE_CONNECTION_MS)

  constructor(dial: Dial) {
    super({ keepAlive: true, maxFreeSockets: MAX_IDLE_CONNECTIONS, scheduling: 'lifo' })
    this.#dial = dial
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): null {
    dialInTime(this.#dial).then(
      (stream) => callback?.(null, stream),
      // Node hands an error on without looking at the second argument.
      (error) => callback?.(error as Error, undefined as never),
    )
    return null
  }

  override keepSocketAlive(stream: Duplex): boolean {
    this.#idle.start(stream)
    // Node reads the answer, whatever its types say: without it the connection is closed.
    return true
  }

  override reuseSocket(stream: Duplex, request: ClientRequest): void {
    this.#idle.stop(stream)
    // Node's own takes its listeners off again, and calls `ref`, which only a socket has.
    super.reuseSocket('ref' in stream ? stream : Object.assign(stream, { ref: () => stream }), request)
  }
}

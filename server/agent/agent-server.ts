import { SandboxError, toSandboxError } from '@/lib/errors'
import { Query } from './query'
import type { SocketHandler } from './router'
import { router } from './routes'
import { isSecret } from './secret'

/** A frame of input; a paste of more is split by whoever sends it. */
const MAX_FRAME_BYTES = 4 * 1024 * 1024
/** Far above every stream's own window, which is what really bounds it. */
const BACKPRESSURE_BYTES = 16 * 1024 * 1024

export function startServer(socketPath: string, secret: string): void {
  const server = Bun.serve<SocketHandler>({
    unix: socketPath,
    // Uploads are streamed to the disk, whose size is the limit; bodies that are parsed have limits of their own.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    development: false,
    fetch: async (request) => {
      try {
        return await answer(request)
      } catch (thrown) {
        return errorResponse(thrown)
      }
    },
    error: errorResponse,
    websocket: {
      open: (socket) => socket.data.open(socket),
      message: (socket, message) => socket.data.message(socket, message),
      drain: (socket) => socket.data.drain?.(socket),
      close: (socket) => socket.data.close(socket),
      maxPayloadLength: MAX_FRAME_BYTES,
      backpressureLimit: BACKPRESSURE_BYTES,
      // Whether the other end lives is the control plane's to find out: a half-open Unix socket does not exist.
      idleTimeout: 0,
      sendPings: false,
      perMessageDeflate: false,
    },
  })

  async function answer(request: Request): Promise<Response | undefined> {
    if (!isSecret(request.headers.get('authorization'), secret)) {
      throw new SandboxError('unauthorized', 'This call needs the secret of the agent.')
    }
    const isUpgrade = request.headers.get('upgrade')?.toLowerCase() === 'websocket'
    const method = isUpgrade && request.method === 'GET' ? 'WS' : request.method
    const { route, params } = router.find(method, pathOf(request.url))
    const result = await route.handle({ request, query: new Query(request.url), params })
    if (result instanceof Response) return result
    if (server.upgrade(request, { data: result })) return undefined
    throw new SandboxError('bad_request', 'The WebSocket handshake is not valid.')
  }
}

function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  const end = url.indexOf('?', start)
  return end < 0 ? url.slice(start) : url.slice(start, end)
}

/** The agent's one place where errors become answers. */
function errorResponse(thrown: unknown): Response {
  const error = toSandboxError(thrown)
  if (error.code === 'internal') process.stderr.write(`sandlot-agent: ${String(error.cause ?? error)}\n`)
  return Response.json({ code: error.code, message: error.message }, { status: error.status })
}

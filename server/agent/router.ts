import { SandboxError } from '@/lib/errors'
import type { Query } from './query'

/** One end of a WebSocket that the agent serves. Bun has a single handler for all, which passes to these. */
export interface SocketHandler {
  open(socket: Socket): void
  message(socket: Socket, message: string | Uint8Array): void
  /** What was queued has been sent. */
  drain?(socket: Socket): void
  close(socket: Socket): void
}
export type Socket = Bun.ServerWebSocket<SocketHandler>

export interface Call {
  request: Request
  query: Query
  /** What stood for the `:names` of the route, in order. */
  params: string[]
}
type Answer = Response | SocketHandler

export interface Route {
  /** `WS`: a GET that asks for an upgrade; the handler then answers with the socket's. */
  method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'WS'
  path: string
  handle: (call: Call) => Answer | Promise<Answer>
}

/** Finds routes by method and path; segments that begin with `:` take any one segment. */
export class Router {
  readonly #routes: { route: Route; segments: string[] }[]

  constructor(routes: Route[]) {
    this.#routes = routes.map((route) => ({ route, segments: route.path.split('/') }))
  }

  find(method: string, path: string): { route: Route; params: string[] } {
    const segments = path.split('/')
    let isKnownPath = false
    for (const { route, segments: pattern } of this.#routes) {
      const params = match(pattern, segments)
      if (!params) continue
      if (route.method === method) return { route, params }
      isKnownPath = true
    }
    if (isKnownPath) throw new SandboxError('method_not_allowed', `${path} does not take this method.`)
    throw new SandboxError('not_found', `There is nothing at ${path}.`)
  }
}

function match(pattern: string[], segments: string[]): string[] | undefined {
  if (pattern.length !== segments.length) return undefined
  const params: string[] = []
  for (const [i, want] of pattern.entries()) {
    const have = segments[i] ?? ''
    if (want.startsWith(':')) params.push(have)
    else if (want !== have) return undefined
  }
  return params
}

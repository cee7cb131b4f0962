/** What stands in our addresses: ids, ports, secrets. All are made of these, so an encoded one is not ours. */
const PARAMETER = /^[A-Za-z0-9_-]{1,128}$/

export interface Route<Handler> {
  method: string
  /** Such as `/terminals/:id`; a last segment `*` takes all that follows its slash, as it came. */
  pattern: string
  handle: Handler
}

export interface Match<Handler> {
  handle: Handler
  params: Record<string, string>
  /** What `*` stands for: still encoded, never normalised. */
  rest: string
}

interface Compiled<Handler> extends Route<Handler> {
  segments: string[]
}

/**
 * Finds the handler of a path. Common routers decode and normalise first; here `/files//a%2Fb` must reach its handler as
 * it was sent, because two slashes mean an absolute path and an encoded slash is no separator.
 */
export class Router<Handler> {
  readonly #byFirstSegment = new Map<string, Compiled<Handler>[]>()

  constructor(routes: readonly Route<Handler>[]) {
    for (const route of routes) {
      const segments = route.pattern.split('/').slice(1)
      const first = segments[0] ?? ''
      const others = this.#byFirstSegment.get(first) ?? []
      this.#byFirstSegment.set(first, [...others, { ...route, segments }])
    }
  }

  /** HEAD is answered by GET's handler where it has none of its own. */
  find(method: string, path: string): Match<Handler> | null {
    return this.#find(method, path) ?? (method === 'HEAD' ? this.#find('GET', path) : null)
  }

  /** The methods that a path has; none where there is no such path. */
  methods(path: string): string[] {
    const parts = path.split('/').slice(1)
    const found = this.#candidates(parts).filter((route) => match(route.segments, parts))
    const methods = new Set(found.map((route) => route.method))
    if (methods.has('GET')) methods.add('HEAD')
    return [...methods].sort()
  }

  #find(method: string, path: string): Match<Handler> | null {
    const parts = path.split('/').slice(1)
    for (const route of this.#candidates(parts)) {
      const found = route.method === method ? match(route.segments, parts) : null
      if (found) return { handle: route.handle, ...found }
    }
    return null
  }

  #candidates(parts: string[]): Compiled<Handler>[] {
    return this.#byFirstSegment.get(parts[0] ?? '') ?? []
  }
}

function match(segments: string[], parts: string[]): { params: Record<string, string>; rest: string } | null {
  const hasRest = segments.at(-1) === '*'
  const fixed = hasRest ? segments.length - 1 : segments.length
  if (hasRest ? parts.length <= fixed : parts.length !== fixed) return null
  const params: Record<string, string> = {}
  for (const [index, segment] of segments.slice(0, fixed).entries()) {
    const part = parts[index] ?? ''
    if (!segment.startsWith(':')) {
      if (segment !== part) return null
    } else if (PARAMETER.test(part)) params[segment.slice(1)] = part
    else return null
  }
  return { params, rest: parts.slice(fixed).join('/') }
}

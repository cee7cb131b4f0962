import type { ServerResponse } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import type { Endpoint } from '@/lib/protocol/api/endpoint'
import { errorsOf } from '@/lib/protocol/openapi'
import { Router } from './router'
import type { Site } from './site'

/** The site as it is; what it answers beside its document is noted in `violations`, for the test to fail on. */
export function checkedSite<Target>(
  site: Site<Target>,
  endpoints: readonly Endpoint[],
  violations: string[],
): Site<Target> {
  const router = new Router(
    endpoints.map((endpoint) => ({ method: endpoint.method, pattern: endpoint.path, handle: endpoint })),
  )
  return {
    ...site,
    request(request, response, context, target) {
      const match = router.find(request.method ?? '', context.path)
      if (match) watch(response, match.handle, (what) => violations.push(`${name(match.handle)}: ${what}`))
      return site.request(request, response, context, target)
    },
  }
}

function name({ method, path }: Endpoint): string {
  return `${method} ${path}`
}

function watch(response: ServerResponse, endpoint: Endpoint, violated: (what: string) => void): void {
  const chunks: Buffer[] = []
  const keep = (chunk: unknown) => {
    // A file is not looked at, and may be too large to hold.
    if (endpoint.answers[response.statusCode] === 'bytes') return
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk as string))
  }
  const { write, end } = response
  response.write = ((...args: unknown[]) => {
    keep(args[0])
    return Reflect.apply(write, response, args)
  }) as typeof write
  response.end = ((...args: unknown[]) => {
    keep(args[0])
    return Reflect.apply(end, response, args)
  }) as typeof end
  response.once('finish', () => {
    if (response.req.method === 'HEAD') return
    const what = violation(endpoint, response.statusCode, Buffer.concat(chunks))
    if (what !== null) violated(`${response.statusCode} ${what}`)
  })
}

function violation(endpoint: Endpoint, status: number, body: Buffer): string | null {
  const answer = endpoint.answers[status]
  if (answer === undefined) return refusalViolation(endpoint, body)
  if (answer === null) return body.length > 0 ? 'has a body' : null
  if (typeof answer === 'string') return null
  const said = json(body)
  const parsed = answer.safeParse(said)
  if (!parsed.success) return `is not of its shape: ${parsed.error.message}`
  // A shape that lets unknown fields fall has less than was said.
  return isDeepStrictEqual(parsed.data, said) ? null : `says more than its shape: ${start(body)}`
}

function refusalViolation(endpoint: Endpoint, body: Buffer): string | null {
  const refusal = json(body) as { code?: string; error?: unknown } | undefined
  if (typeof refusal?.code !== 'string' || typeof refusal.error !== 'string')
    return `is no answer of it: ${start(body)}`
  const isListed = errorsOf(endpoint).some((code) => code === refusal.code)
  return isListed ? null : `has the code ${refusal.code}, which is not listed: ${refusal.error}`
}

function start(body: Buffer): string {
  return body.toString().slice(0, 300)
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}

import type { IncomingMessage } from 'node:http'
import type { RequestContext } from '../request-context'
import { rewriteSetCookie, withoutOurCookies } from './cookies'

export type Headers = Map<string, string[]>

/** One preview, and how its caller came to it. */
export interface PreviewVisit {
  port: number
  context: RequestContext
  form: 'host' | 'path'
  frameOrigin: string
}

/** Of one connection, not of the message (RFC 9110, 7.6.1); Expect is answered by our own listener. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'http2-settings',
]
/** Whatever Connection names: without these the message would begin, end or be read elsewhere, or come from somebody else. */
const END_TO_END = [
  'content-length',
  'content-type',
  'content-encoding',
  'content-range',
  'host',
  'origin',
  'authorization',
  'cookie',
  'cache-control',
]
/** What the caller says of itself in our place, and our own credentials. */
const NOT_FORWARDED = ['forwarded', 'x-real-ip', 'x-computesdk-api-key', 'cookie']
/** Not the program's to say: who frames it, and what holds for the whole host or domain. */
const NOT_RETURNED = [
  'x-frame-options',
  'strict-transport-security',
  'clear-site-data',
  'alt-svc',
  'set-cookie',
]
const NOT_RETURNED_IN_PATH = ['service-worker-allowed', 'access-control-allow-origin', 'referrer-policy']

/**
 * Programs under development answer for `localhost` and nothing else, so that is whom they are asked for, in HTTP and in upgrades
 * alike, with an Origin to match; where the caller really is stands in X-Forwarded-*.
 */
export function requestHeaders(req: IncomingMessage, { port, context, form }: PreviewVisit): Headers {
  const headers = withoutHops(req, [...HOP_BY_HOP, ...NOT_FORWARDED])
  for (const name of headers.keys()) if (name.startsWith('x-forwarded-')) headers.delete(name)
  // Whoever calls the path form may be a program that sends its key of ours to everything on this host.
  if (form === 'path') headers.delete('authorization')
  const local = `http://localhost:${port}`
  const own = `${context.origin}${context.base}`
  if (req.headers.origin === context.origin) headers.set('origin', [local])
  const referer = req.headers.referer
  if (referer?.startsWith(`${own}/`)) headers.set('referer', [local + referer.slice(own.length)])
  else if (referer?.startsWith(context.origin)) headers.delete('referer')
  const cookies = form === 'host' ? withoutOurCookies(req.headers.cookie) : undefined
  if (cookies !== undefined) headers.set('cookie', [cookies])
  headers.set('host', [`localhost:${port}`])
  headers.set('x-forwarded-host', [new URL(context.origin).host])
  headers.set('x-forwarded-proto', [context.isSecure ? 'https' : 'http'])
  if (context.base !== '') headers.set('x-forwarded-prefix', [context.base])
  return headers
}

export function responseHeaders(res: IncomingMessage, visit: PreviewVisit): Headers {
  const headers = withoutHops(res, [...HOP_BY_HOP, ...NOT_RETURNED])
  const location = res.headers.location
  if (location !== undefined) headers.set('location', [rewriteLocation(location, visit)])
  const policies = (headers.get('content-security-policy') ?? []).map(withoutFrameAncestors).filter(Boolean)
  const frame = `frame-ancestors ${visit.frameOrigin}`
  if (visit.form === 'path') {
    for (const name of NOT_RETURNED_IN_PATH) headers.delete(name)
    headers.set('referrer-policy', ['no-referrer'])
    headers.set('access-control-allow-origin', ['null'])
    headers.set('content-security-policy', [...policies, `sandbox allow-scripts allow-forms; ${frame}`])
    return headers
  }
  headers.set('content-security-policy', [...policies, frame])
  const cookies = (res.headers['set-cookie'] ?? [])
    .map((cookie) => rewriteSetCookie(cookie, visit.context))
    .filter((cookie) => cookie !== null)
  if (cookies.length > 0) headers.set('set-cookie', cookies)
  return headers
}

function withoutHops(message: IncomingMessage, dropped: string[]): Headers {
  const named = (message.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  const gone = new Set([...named.filter((name) => !END_TO_END.includes(name)), ...dropped])
  const headers: Headers = new Map()
  for (const [name, values] of Object.entries(message.headersDistinct))
    if (!gone.has(name) && values !== undefined) headers.set(name, values)
  return headers
}

/** A program redirects to where it believes to be. */
function rewriteLocation(location: string, { port, context }: PreviewVisit): string {
  if (location.startsWith('/') && !location.startsWith('//')) return context.base + location
  const match = /^https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])(?::(\d+))?(?=[/?#]|$)/i.exec(
    location,
  )
  if (match === null || Number(match[1] ?? 80) !== port) return location
  const rest = location.slice(match[0].length)
  return `${context.origin}${context.base}${rest.startsWith('/') ? '' : '/'}${rest}`
}

/** Several policies may share one header, parted by commas; each holds. */
function withoutFrameAncestors(header: string): string {
  return header
    .split(',')
    .map((policy) =>
      policy
        .split(';')
        .map((directive) => directive.trim())
        .filter((directive) => directive !== '' && !/^frame-ancestors\b/i.test(directive))
        .join('; '),
    )
    .filter((policy) => policy !== '')
    .join(', ')
}

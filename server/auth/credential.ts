import type { IncomingMessage } from 'node:http'
import { SandboxError } from '@/lib/errors'
import type { RequestContext } from '../request-context'
import { MAX_SECRET_LENGTH } from './secrets'

/** What a request shows, unchecked. A cookie may come several times, since a neighbouring host may have set one. */
export interface Credential {
  carrier: 'bearer' | 'query' | 'cookie'
  secrets: string[]
}

/** Tried of the cookies of one name; more are somebody's attempt at something. */
const MAX_COOKIES = 4

/** The first that is there of: Authorization, `?token=` on GET, HEAD and upgrades, the sandbox's cookie. */
export function readCredential(req: IncomingMessage, context: RequestContext): Credential | null {
  const bearer = readBearer(req)
  if (bearer !== null) return bounded('bearer', [bearer])
  const inQuery = context.query.get('token')
  if (inQuery !== null && inQuery !== '' && (req.method === 'GET' || req.method === 'HEAD'))
    return bounded('query', [inQuery])
  const cookies = readCookies(req.headers.cookie, sessionCookieName(context))
  return cookies.length === 0 ? null : bounded('cookie', cookies.slice(0, MAX_COOKIES))
}

export function readBearer(req: IncomingMessage): string | null {
  return /^Bearer +(\S+) *$/i.exec(req.headers.authorization ?? '')?.[1] ?? null
}

/**
 * The prefixes are promises that browsers hold: `__Host-` cannot be set by a neighbouring host, `__Secure-` not without
 * TLS. In path form the path is part of what keeps two sandboxes apart, and `__Host-` allows none.
 */
export function sessionCookieName(context: RequestContext): string {
  if (!context.isSecure) return 'sandlot_session'
  return context.base === '' ? '__Host-sandlot_session' : '__Secure-sandlot_session'
}

function readCookies(header: string | undefined, name: string): string[] {
  if (header === undefined) return []
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
    .filter((value) => value !== '')
}

function bounded(carrier: Credential['carrier'], secrets: string[]): Credential {
  return { carrier, secrets: secrets.filter((secret) => secret.length <= MAX_SECRET_LENGTH) }
}

/**
 * A browser sends the cookie along with whatever any page asks of us. Reads are of no use to that page, which does not get to see
 * them; writes and WebSockets are, so they must say that they come from our own page.
 */
export function requireOwnOrigin(req: IncomingMessage, context: RequestContext): void {
  const isUpgrade = req.headers.upgrade !== undefined
  if (!isUpgrade && ['GET', 'HEAD', 'OPTIONS'].includes(req.method ?? '')) return
  const origin = req.headers.origin
  if (origin === context.origin) return
  if (origin === undefined && !isUpgrade && req.headers['sec-fetch-site'] === 'same-origin') return
  throw new SandboxError(
    'origin_refused',
    'A request with the cookie of this sandbox must come from its own address. Programs send a token instead.',
  )
}

/** Who is at the other end: the proxy's word where the connection is from a proxy on this machine. */
export function clientAddress(req: IncomingMessage): string {
  const peer = req.socket.remoteAddress ?? ''
  const forwarded = req.headers['x-forwarded-for']
  if (!isLoopback(peer) || forwarded === undefined) return peer
  // The last entry is the one that our neighbour added; those before it are the caller's own tale.
  const last = [forwarded].flat().join(',').split(',').at(-1)?.trim() ?? ''
  return last.length > 0 && last.length <= 64 ? last : peer
}

export function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address)
}

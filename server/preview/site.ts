import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { SandboxError, toSandboxError } from '@/lib/errors'
import { isNavigation } from '../page'
import type { RequestContext } from '../request-context'
import { previewCookie, readPreviewCookies } from './cookies'
import type { PreviewVisit } from './headers'
import { sendPrivatePage, sendWaitingPage } from './pages'
import type { Pass, Passes } from './pass'
import { type OpenPort, PortStreams } from './port-streams'
import { forwardRequest } from './proxy'
import { ENTER_PATH, type PreviewTickets } from './tickets'
import { forwardUpgrade } from './upgrade'

export interface PreviewSiteDeps {
  openPort: OpenPort
  passes: Passes
  tickets: PreviewTickets
  /** Whether anybody may look at the ports of a sandbox. False where there is none. */
  isPublic: (sandboxId: string) => Promise<boolean>
}

/** What server/address.ts says of a preview's address. */
interface Target {
  id: string
  port: number
  /** Null in host form; '' in path form for who has none. */
  ticket: string | null
}

/** The ports of sandboxes, each on an origin of its own. */
export function createPreviewSite(deps: PreviewSiteDeps) {
  const streams = new PortStreams(deps.openPort)
  return {
    async request(
      req: IncomingMessage,
      res: ServerResponse,
      context: RequestContext,
      target: Target,
    ): Promise<void> {
      if (target.ticket === null && context.path === ENTER_PATH) return enter(deps, req, res, context, target)
      if (context.path === '') return redirect(res, `${context.base}/`)
      const pass = await leaveOf(deps, req, context, target)
      if (pass === null) return refuse(req, res, target.port)
      if (isPathFormPreflight(req, target)) return answerPreflight(req, res)
      const visit = visitOf(pass, context)
      try {
        await forwardRequest(streams, target.id, visit, req, res)
      } catch (thrown) {
        if (res.destroyed) return
        const error = toSandboxError(thrown)
        if (res.headersSent || error.code === 'internal' || !isNavigation(req)) throw error
        sendWaitingPage(res, target.port, error, pass.frameOrigin)
      }
    },
    async upgrade(
      req: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      context: RequestContext,
      target: Target,
    ): Promise<void> {
      const pass = await leaveOf(deps, req, context, target)
      if (pass === null) throw unauthorized(target.port)
      refuseForeignOrigin(req, context, target)
      await forwardUpgrade(streams, target.id, visitOf(pass, context), req, socket, head)
    },
    close: () => streams.close(),
  }
}

/** What lets a visitor in, and how. */
type Leave = Pick<Pass, 'port' | 'form' | 'frameOrigin'>

/** Their own pass, which says who may frame what they see; else what anybody has. */
async function leaveOf(
  { passes, isPublic }: PreviewSiteDeps,
  req: IncomingMessage,
  context: RequestContext,
  target: Target,
): Promise<Leave | null> {
  const pass = passOf(passes, req, context, target)
  if (pass !== null) return pass
  if (!(await isPublic(target.id))) return null
  return { port: target.port, form: target.ticket === null ? 'host' : 'path', frameOrigin: '*' }
}

function visitOf(pass: Leave, context: RequestContext): PreviewVisit {
  return { port: pass.port, context, form: pass.form, frameOrigin: pass.frameOrigin }
}

function passOf(passes: Passes, req: IncomingMessage, context: RequestContext, target: Target): Pass | null {
  if (target.ticket !== null) return passes.verify(target.ticket, target.id, target.port, 'path')
  for (const cookie of readPreviewCookies(req.headers.cookie, context)) {
    const pass = passes.verify(cookie, target.id, target.port, 'host')
    if (pass !== null) return pass
  }
  return null
}

/** Turns a ticket into a cookie of this host. HEAD, which link checkers send, uses nothing up. */
function enter(
  { passes, tickets }: PreviewSiteDeps,
  req: IncomingMessage,
  res: ServerResponse,
  context: RequestContext,
  target: Target,
): void {
  if (req.method !== 'GET' && req.method !== 'HEAD')
    throw new SandboxError('method_not_allowed', 'Previews are entered with GET.')
  const ticket = context.query.get('ticket') ?? ''
  const entry = req.method === 'GET' ? tickets.consume(ticket, target.id, target.port) : null
  if (entry !== null) {
    const pass = passes.sign({ sandboxId: target.id, port: target.port, form: 'host', ...entry })
    res.setHeader('Set-Cookie', previewCookie(pass, context))
  }
  const isIn = entry !== null || passOf(passes, req, context, target) !== null
  if (isIn) redirect(res, onThisHost(context.query.get('to') ?? '/', context))
  else sendPrivatePage(res, target.port)
}

function redirect(res: ServerResponse, to: string): void {
  res.writeHead(303, { Location: to, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' })
  res.end()
}

/** Whole, so that no spelling of a path can be read as another host; `/` for what leads away. */
function onThisHost(to: string, context: RequestContext): string {
  if (!URL.canParse(to, context.origin)) return `${context.origin}/`
  const { origin, pathname, search, hash } = new URL(to, context.origin)
  return `${context.origin}${origin === context.origin ? pathname + search + hash : '/'}`
}

function refuse(req: IncomingMessage, res: ServerResponse, port: number): void {
  if (isNavigation(req)) sendPrivatePage(res, port)
  else throw unauthorized(port)
}

function unauthorized(port: number): SandboxError {
  return new SandboxError(
    'unauthorized',
    `The preview of port ${port} is private. Open it from the Ports panel of its sandbox.`,
  )
}

/** In path form pages have no origin, and a browser says `null`. Programs say none. */
function refuseForeignOrigin(req: IncomingMessage, context: RequestContext, target: Target): void {
  const origin = req.headers.origin
  if (origin === undefined || origin === (target.ticket === null ? context.origin : 'null')) return
  throw new SandboxError('origin_refused', 'A preview takes no WebSocket from a page of another origin.')
}

function isPathFormPreflight(req: IncomingMessage, target: Target): boolean {
  const isPreflight = req.method === 'OPTIONS' && req.headers['access-control-request-method'] !== undefined
  return target.ticket !== null && isPreflight
}

/** Without an origin every request of a page is a foreign one to the browser, even to the program that served it. */
function answerPreflight(req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(204, {
    'Access-Control-Allow-Origin': 'null',
    'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
    'Access-Control-Allow-Headers': req.headers['access-control-request-headers'] ?? '',
    'Access-Control-Max-Age': '600',
  })
  res.end()
}

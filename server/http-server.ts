import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { SandboxError, toSandboxError } from '@/lib/errors'
import { type AddressBook, parseHost, resolveAddress, type Target } from './address'
import type { Logger } from './log'
import { sendRefusal, sendUpgradeRefusal } from './refusal'
import type { RequestContext } from './request-context'
import { isWebSocketUpgrade, UnknownUpgrades } from './unknown-upgrade'

type TargetOf<Kind extends Target['kind']> = Extract<Target, { kind: Kind }>

/** Whoever answers for one kind of address. What it throws is answered here. */
export interface Site<Kind extends Target['kind']> {
  request(
    req: IncomingMessage,
    res: ServerResponse,
    context: RequestContext,
    target: TargetOf<Kind>,
  ): void | Promise<void>
  upgrade(
    req: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    context: RequestContext,
    target: TargetOf<Kind>,
  ): void | Promise<void>
}

export interface Sites {
  app: Site<'app'>
  api: Site<'api'>
  sandbox: Site<'sandbox'>
  preview: Site<'preview'>
}

export interface HttpServerOptions {
  log: Logger
  book: AddressBook
  /** Whether browsers reach this host by https, through a proxy in front of us. */
  isSecureHost(hostName: string): boolean
  sites: Sites
}

export interface HttpServer {
  server: Server
  /** Takes no more connections, gives those that are open a moment to finish, and ends the rest. */
  close(): Promise<void>
}

/** A browser's request with many cookies is below 16 KB; Node's own default leaves no room. */
const MAX_HEADER_BYTES = 32 * 1024
const MAX_HEADERS = 200
/** Node's own bound is none: it leaves out what is above it, and says nothing. The bytes are bounded all the same. */
const NO_MAX_HEADERS = 0
/** Whoever has not sent its headers by then is not a browser. */
const HEADERS_TIMEOUT_MS = 20_000
/** Longer than the idle time of common proxies (60 s), so that they close first and never meet a closed socket. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000
/** An upload may take hours, but not this long without a byte. */
const BODY_IDLE_TIMEOUT_MS = 120_000
const MAX_CONNECTIONS = 20_000
/** A path may have 32 KB; a line of a log should not. */
const MAX_LOGGED_PATH = 512
/** What requests that are under way get when the server stops. */
const CLOSE_GRACE_MS = 2_000

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // Uploads and previews have no bound in time; their silence has one.
    requestTimeout: 0,
    noDelay: true,
  })
  server.maxHeadersCount = NO_MAX_HEADERS
  server.maxConnections = MAX_CONNECTIONS
  const upgraded = new Set<Duplex>()
  const unknownUpgrades = new UnknownUpgrades(server)
  server.on('request', (req, res) => void onRequest(options, req, res))
  server.on('upgrade', (req, socket, head) => {
    if (!isWebSocketUpgrade(req)) return unknownUpgrades.ignore(req, socket, head)
    upgraded.add(socket)
    socket.once('close', () => upgraded.delete(socket))
    void onUpgrade(options, req, socket, head)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => onClientError(error, socket))
  return { server, close: () => closeServer(server, upgraded) }
}

async function onRequest(
  options: HttpServerOptions,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { context, target } = read(options, req)
  res.setHeader('X-Request-Id', context.requestId)
  res.once('close', logEnd(req, res, context, target))
  boundBodyIdleTime(req, res)
  try {
    setSecurityHeaders(res, target)
    requireFewHeaders(req)
    if (target.kind === 'misdirected') throw new SandboxError(target.code, target.message)
    await handle(options.sites, target, {
      app: (site, at) => site.request(withPath(req, context), res, context, at),
      other: (site, at) => site.request(req, res, context, at),
    })
  } catch (thrown) {
    const error = report(thrown, context)
    sendRefusal(req, res, error, target.kind)
  }
}

async function onUpgrade(
  options: HttpServerOptions,
  req: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const { context, target } = read(options, req)
  // Without a listener, the reset of any browser's socket would end this process.
  socket.on('error', (error) => context.log.debug({ error: error.message }, 'upgraded socket failed'))
  const startedAt = performance.now()
  socket.once('close', () => context.log.debug(logFields(req, context, target, startedAt), 'upgrade ended'))
  try {
    requireFewHeaders(req)
    if (target.kind === 'misdirected') throw new SandboxError(target.code, target.message)
    await handle(options.sites, target, {
      app: (site, at) => site.upgrade(withPath(req, context), socket, head, context, at),
      other: (site, at) => site.upgrade(req, socket, head, context, at),
    })
  } catch (thrown) {
    sendUpgradeRefusal(socket, report(thrown, context), context.requestId)
  }
}

interface Visit {
  app(site: Site<'app'>, target: TargetOf<'app'>): void | Promise<void>
  other<Kind extends 'api' | 'sandbox' | 'preview'>(
    site: Site<Kind>,
    target: TargetOf<Kind>,
  ): void | Promise<void>
}

function handle(sites: Sites, target: Exclude<Target, TargetOf<'misdirected'>>, visit: Visit) {
  switch (target.kind) {
    case 'app':
      return visit.app(sites.app, target)
    case 'api':
      return visit.other(sites.api, target)
    case 'sandbox':
      return visit.other(sites.sandbox, target)
    case 'preview':
      return visit.other(sites.preview, target)
  }
}

function read(options: HttpServerOptions, req: IncomingMessage): { context: RequestContext; target: Target } {
  const requestId = randomUUID()
  const hosts = req.headersDistinct.host ?? []
  // Node keeps the first of several; a proxy in front may have looked at the last.
  const host = hosts.length === 1 ? parseHost(hosts[0] ?? '') : null
  const url = req.url ?? ''
  const mark = url.indexOf('?')
  const target = resolveAddress(options.book, host, mark === -1 ? url : url.slice(0, mark))
  const isSecure = host !== null && options.isSecureHost(host.name)
  const scheme = isSecure ? 'https' : 'http'
  const context: RequestContext = {
    requestId,
    log: options.log.child({ requestId }),
    base: target.base,
    path: target.path,
    query: new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)),
    origin: host === null ? '' : originOf(scheme, host.name, host.port),
    isSecure,
  }
  return { context, target }
}

/** As browsers write it: without the scheme's own port. */
function originOf(scheme: 'http' | 'https', name: string, port: number | null): string {
  const isDefault = port === null || port === (scheme === 'https' ? 443 : 80)
  return `${scheme}://${name}${isDefault ? '' : `:${port}`}`
}

function requireFewHeaders({ rawHeaders }: IncomingMessage): void {
  if (rawHeaders.length / 2 <= MAX_HEADERS) return
  throw new SandboxError('too_many_headers', `A request may have ${MAX_HEADERS} headers. Send fewer.`)
}

/** Next routes by `req.url`, and believes what a proxy in front is supposed to have said. */
function withPath(req: IncomingMessage, context: RequestContext): IncomingMessage {
  const url = req.url ?? ''
  const mark = url.indexOf('?')
  req.url = context.path + (mark === -1 ? '' : url.slice(mark))
  for (const name of Object.keys(req.headers))
    if (name.startsWith('x-forwarded-') || name === 'forwarded') delete req.headers[name]
  req.headers['x-forwarded-proto'] = context.isSecure ? 'https' : 'http'
  if (req.headers.host !== undefined) req.headers['x-forwarded-host'] = req.headers.host
  return req
}

function setSecurityHeaders(res: ServerResponse, target: Target): void {
  if (target.kind === 'preview') return
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('Referrer-Policy', 'same-origin')
  if (target.kind === 'app') {
    // A sandbox's preview may be of the same site as the app, and would get its cookies in a frame.
    res.setHeader('Content-Security-Policy', "frame-ancestors 'self'")
    return
  }
  // Nothing that the APIs answer is a page; whoever serves one says what it may do.
  res.setHeader('Content-Security-Policy', "sandbox; default-src 'none'; frame-ancestors 'none'")
  res.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
  res.setHeader('Cache-Control', 'no-store')
}

function boundBodyIdleTime(req: IncomingMessage, res: ServerResponse): void {
  if (req.headers['content-length'] === undefined && req.headers['transfer-encoding'] === undefined) return
  // Without a listener of ours Node destroys the socket.
  req.socket.setTimeout(BODY_IDLE_TIMEOUT_MS)
  req.once('end', () => {
    if (!res.writableEnded) req.socket.setTimeout(0)
  })
}

function report(thrown: unknown, context: RequestContext): SandboxError {
  const error = toSandboxError(thrown)
  // Whose message sends people to the log.
  if (error.code === 'internal' || (error.code === 'provider_failed' && error.cause !== undefined))
    context.log.error({ err: error.cause ?? error }, 'request failed')
  return error
}

function logEnd(req: IncomingMessage, res: ServerResponse, context: RequestContext, target: Target) {
  const startedAt = performance.now()
  return () => {
    const isCut = !res.writableFinished
    const fields = {
      ...logFields(req, context, target, startedAt),
      status: res.statusCode,
      ...(isCut ? { isCut } : {}),
    }
    const level = res.statusCode >= 500 ? 'warn' : target.kind === 'preview' ? 'debug' : 'info'
    context.log[level](fields, 'request')
  }
}

function logFields(req: IncomingMessage, context: RequestContext, target: Target, startedAt: number) {
  return {
    method: req.method,
    kind: target.kind,
    ...('id' in target ? { sandboxId: target.id } : {}),
    path: withoutSecrets(context.path).slice(0, MAX_LOGGED_PATH),
    ms: Math.round((performance.now() - startedAt) * 10) / 10,
  }
}

/** Those of magic links, and of previews in path form where the address is otherwise none of ours. */
function withoutSecrets(path: string): string {
  return path.replace(/(\/auth\/magic\/|\/~).*/s, '$1…')
}

function onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const statuses: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }
  const status = statuses[error.code ?? ''] ?? 400
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

async function closeServer(server: Server, upgraded: Set<Duplex>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  for (const socket of upgraded) (socket as Socket).destroySoon?.()
  const timer = setTimeout(() => {
    for (const socket of upgraded) socket.destroy()
    server.closeAllConnections()
  }, CLOSE_GRACE_MS)
  server.closeIdleConnections()
  await closed
  clearTimeout(timer)
}

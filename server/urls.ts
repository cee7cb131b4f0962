import { type AddressBook, NO_TICKET } from './address'
import type { Config } from './config'
import type { RequestContext } from './request-context'

type Caller = Pick<RequestContext, 'origin' | 'base'>

/** Where things are, said to whoever asks: the other direction of server/address.ts. */
export interface Urls {
  /** Where browsers find the app, no slash at its end. */
  app: string
  /** Where this machine finds the API. */
  loopback: string
  sandboxDomain: { isSecure: boolean; host: string } | null
  isSecureHost(hostName: string): boolean
  /** Base of a sandbox's own API for programs. */
  sandboxUrl(id: string, context: RequestContext): string
  /** The same for browsers, which know `*.localhost`. */
  browserUrl(id: string, context: RequestContext): string
  /** Where programs find a port of it. No ticket is in it: who may enter is for the preview to say. */
  previewUrl(id: string, port: number, context: Caller): string
  /** The app, for whoever is on a sandbox's page. */
  appUrl(context: RequestContext): string
}

/** `port`: that which is listened on. */
export function urlsOf(config: Config, port: number): Urls {
  const app =
    config.url?.origin ??
    `http://${isThisMachine(config.host) ? 'localhost' : bracketed(config.host)}:${port}`
  const { protocol, hostname, port: publicPort } = new URL(app)
  const suffix = publicPort === '' ? '' : `:${publicPort}`
  const domain = config.sandboxDomain
  const inDomain = (id: string) => (domain === null ? null : `${protocol}//${id}.${domain}${suffix}`)
  return {
    app,
    loopback: `http://${loopbackOf(config.host)}:${port}`,
    sandboxDomain: domain === null ? null : { isSecure: protocol === 'https:', host: `${domain}${suffix}` },
    isSecureHost: (name) =>
      protocol === 'https:' && (name === hostname || (domain !== null && name.endsWith(`.${domain}`))),
    sandboxUrl: (id, context) =>
      ownHost(id, context) ?? inDomain(id) ?? besideHost(id, context) ?? `${context.origin}/sandboxes/${id}`,
    browserUrl(id, context) {
      // The app's server routes ask on the loopback address for a browser that is elsewhere.
      const base = isThisMachine(new URL(context.origin).hostname) ? app : context.origin
      const { hostname: name, port: at } = new URL(base)
      const local = isThisMachine(name) ? `http://${id}.localhost${at === '' ? '' : `:${at}`}` : null
      return ownHost(id, context) ?? inDomain(id) ?? local ?? `${base}/sandboxes/${id}`
    },
    previewUrl(id, port, context) {
      const label = `${id}-${port}`
      const own = ownHost(id, context)?.replace(`//${id}.`, `//${label}.`)
      return own ?? inDomain(label) ?? `${context.origin}/sandboxes/${id}/ports/${port}/~${NO_TICKET}`
    },
    appUrl(context) {
      if (config.url !== null) return app
      const { host, hostname: name } = new URL(context.origin)
      return name.endsWith('.localhost') ? `http://${host.slice(host.indexOf('.') + 1)}` : context.origin
    },
  }
}

export function addressBookOf(config: Config, publicNames: string[]): AddressBook {
  const named = [config.url?.hostname ?? null, isEveryAddress(config.host) ? null : bracketed(config.host)]
  return {
    appHosts: new Set(['localhost', '127.0.0.1', '[::1]', ...named.filter((name) => name !== null)]),
    sandboxDomains: ['localhost', ...(config.sandboxDomain === null ? [] : [config.sandboxDomain])],
    publicNames: new Set(publicNames),
    isDev: config.isDev,
  }
}

/** What sharing a domain costs, as a sentence; null where nothing is shared. */
export function sharedDomainWarning(config: Config): string | null {
  const { url, sandboxDomain } = config
  if (url === null || sandboxDomain === null) return null
  const siteOf = (name: string) => name.split('.').slice(-2).join('.')
  if (siteOf(url.hostname) !== siteOf(sandboxDomain)) return null
  return `SANDLOT_SANDBOX_DOMAIN shares ${siteOf(sandboxDomain)} with SANDLOT_URL: code in sandboxes can set cookies for the app and send it requests that count as of the same site. A domain of its own prevents both.`
}

/** What listening on more than this machine means, as sentences; null where nobody else can come. */
export function exposureNotice({ host, url }: Config): string | null {
  if (!isEveryAddress(host) && isThisMachine(host)) return null
  const where = isEveryAddress(host) ? 'every address of this machine' : host
  const notices = [`HOST=${host}: Sandlot listens on ${where}, for whoever can reach it.`]
  if (url?.protocol !== 'https:')
    notices.push(
      'Nothing is encrypted: put a proxy with TLS in front of it, or use it in a network you trust.',
    )
  if (url === null && isEveryAddress(host))
    notices.push('Browsers on other machines are refused until SANDLOT_URL says at which address they come.')
  return notices.join('\n')
}

/** Only 127.0.0.1 is trusted to speak for users, and it is where the app's server routes find the API. */
export function needsLoopbackListener(host: string): boolean {
  return !isThisMachine(host) && !isEveryAddress(host)
}

/** The caller is at the sandbox's host already. */
function ownHost(id: string, context: Caller): string | null {
  return context.base === '' && new URL(context.origin).hostname.startsWith(`${id}.`) ? context.origin : null
}

/** The caller is at another sandbox's host, and so knows `*.localhost`. */
function besideHost(id: string, { base, origin }: RequestContext): string | null {
  const { protocol, host, hostname } = new URL(origin)
  if (base !== '' || !hostname.endsWith('.localhost')) return null
  return `${protocol}//${id}.${host.slice(host.indexOf('.') + 1)}`
}

function isThisMachine(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    /^127\./.test(host) ||
    /^\[?::1\]?$/.test(host) ||
    isEveryAddress(host)
  )
}

function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

function loopbackOf(host: string): string {
  return host === '::1' ? '[::1]' : host === 'localhost' ? 'localhost' : '127.0.0.1'
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

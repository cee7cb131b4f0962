import { isIPv6 } from 'node:net'

/** Whom a request is for. `path` is what that one sees: below `base`, still encoded, never normalised, without the query. */
export type Target =
  | { kind: 'app'; base: ''; path: string }
  | { kind: 'api'; base: ''; path: string }
  | { kind: 'sandbox'; id: string; base: string; path: string }
  | PreviewTarget
  | {
      kind: 'misdirected'
      base: ''
      path: string
      code: 'bad_request' | 'misdirected' | 'not_found'
      message: string
    }

interface PreviewTarget {
  kind: 'preview'
  id: string
  port: number
  base: string
  path: string
  /** Of the path form, where it stands in for the cookie, and '' for who has none; null in host form. */
  ticket: string | null
}

/** What stands in the place of a ticket for who has none. */
export const NO_TICKET = 'public'

/** Under which names this server is known. */
export interface AddressBook {
  /** Lower case, without ports; IPv6 in brackets. */
  appHosts: ReadonlySet<string>
  /** Domains under which each sandbox and each port has a host of its own. */
  sandboxDomains: readonly string[]
  /** First path segments on a sandbox's host that are files of the app: what lies in `public/`. */
  publicNames: ReadonlySet<string>
  isDev: boolean
}

export interface HostName {
  name: string
  port: number | null
}

const SANDBOX_ID = /^[a-z0-9]{12,40}$/
/** Host names have at most 253 characters, and `:65535` may follow. */
const MAX_HOST_LENGTH = 253 + 6
const PREVIEW_PATH = /^\/sandboxes\/([^/]*)\/ports\/([^/]*)\/~([^/]*)(\/.*)?$/s
const SANDBOX_PATH = /^\/sandboxes\/([^/]*)(\/.*)?$/s
/** Answered by the root API; app/api/app and app/api/auth are the app's, the rest of /api is sdb-x's. */
const API_PATH =
  /^\/+(v1(\/|$)|healthz$|readyz$|openapi\.json$|metrics$|api\/auth\/register$|api(\/(?!app\/|auth\/)|$))/
/** Names at the root that Next makes itself, beside what lies in `public/`. */
const NEXT_NAMES = new Set(['_next', 'favicon.ico', 'icon.svg', 'icon.png', 'apple-icon.png'])

function isSandboxId(text: string): boolean {
  return SANDBOX_ID.test(text)
}

/** A decimal port as it may stand in an address: 1 to 65535, no sign, no leading zero; null for everything else. */
export function parsePort(text: string): number | null {
  if (!/^[1-9]\d{0,4}$/.test(text)) return null
  const port = Number(text)
  return port <= 65535 ? port : null
}

/** A Host header; null where it is not one. */
export function parseHost(header: string): HostName | null {
  if (header.length > MAX_HOST_LENGTH) return null
  const [, host = '', portText] = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/s.exec(header.toLowerCase()) ?? []
  const port = portText === undefined ? null : parsePort(portText)
  if (portText !== undefined && port === null) return null
  if (host.startsWith('[')) return isIPv6(host.slice(1, -1)) ? { name: host, port } : null
  const name = host.replace(/\.$/, '')
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(name) ? { name, port } : null
}

export function resolveAddress(book: AddressBook, host: HostName | null, path: string): Target {
  if (host === null) return refused('bad_request', path, 'The Host header of this request cannot be read.')
  if (!path.startsWith('/'))
    return refused('bad_request', path, 'The address of this request must begin with a slash.')
  if (book.appHosts.has(host.name)) return onAppHost(book, path)
  const label = sandboxLabel(book, host.name)
  if (label === null) return unknownHost(host.name, path)
  if (isSandboxId(label)) return onSandboxHost(book, label, '', path)
  return onPreviewHost(label, host.name, path)
}

function onAppHost(book: AddressBook, path: string): Target {
  const preview = PREVIEW_PATH.exec(path)
  if (preview !== null) return previewInPath(path, preview)
  const [, id, below] = SANDBOX_PATH.exec(path) ?? []
  if (id !== undefined) {
    if (!isSandboxId(id)) return noSandbox(path)
    return onSandboxHost(book, id, `/sandboxes/${id}`, below ?? '/')
  }
  if (API_PATH.test(path)) return { kind: 'api', base: '', path: path.replace(/^\/+/, '/') }
  if (firstName(path) === 'play')
    return refused(
      'not_found',
      path,
      'The editor is at the address of a sandbox. Open one from the dashboard.',
    )
  return toApp(path)
}

/** In path form the page's own files are at the root of the app's host, so only the page itself is under the base. */
function onSandboxHost(book: AddressBook, id: string, base: string, path: string): Target {
  // Next would redirect /play/ to /play, which in path form is another folder to the browser.
  if (path === '/play/' || path === '/play') return { kind: 'app', base: '', path: '/play' }
  const isOfTheApp = path.startsWith('/play/') || (base === '' && isAppFile(book, path))
  return isOfTheApp ? toApp(path) : { kind: 'sandbox', id, base, path }
}

function isAppFile(book: AddressBook, path: string): boolean {
  const [, first = ''] = path.split('/', 2)
  return NEXT_NAMES.has(first) || book.publicNames.has(first) || (book.isDev && first.startsWith('__nextjs_'))
}

/** Next resolves `..` and decodes names, which would lead from what was allowed here to pages that were not. */
function toApp(path: string): Target {
  const isCrooked = firstName(path) === null || /(^|\/)(\.|%2e){1,2}(\/|$)|\\|%5c|%00/i.test(path)
  if (isCrooked) return refused('bad_request', path, 'The path of this request cannot be read.')
  return { kind: 'app', base: '', path }
}

/** Decoded, as Next would see it; null where it cannot be. */
function firstName(path: string): string | null {
  try {
    return decodeURIComponent(/^\/+([^/]*)/.exec(path)?.[1] ?? '')
  } catch {
    return null
  }
}

function onPreviewHost(label: string, host: string, path: string): Target {
  const dash = label.lastIndexOf('-')
  const id = label.slice(0, dash)
  if (dash === -1 || !isSandboxId(id)) return unknownHost(host, path)
  const port = parsePort(label.slice(dash + 1))
  if (port === null) return noPort(path)
  return { kind: 'preview', id, port, base: '', path, ticket: null }
}

function previewInPath(path: string, match: RegExpExecArray): Target {
  const [, id = '', portText = '', ticket = '', below] = match
  if (!isSandboxId(id)) return noSandbox(path)
  const port = parsePort(portText)
  if (port === null) return noPort(path)
  const base = `/sandboxes/${id}/ports/${port}/~${ticket}`
  return { kind: 'preview', id, port, base, path: below ?? '', ticket: ticket === NO_TICKET ? '' : ticket }
}

/** What stands before the domain, where it is a single label. */
function sandboxLabel(book: AddressBook, name: string): string | null {
  for (const domain of book.sandboxDomains) {
    if (!name.endsWith(`.${domain}`)) continue
    const label = name.slice(0, -domain.length - 1)
    if (!label.includes('.')) return label
  }
  return null
}

function refused(code: 'bad_request' | 'misdirected' | 'not_found', path: string, message: string): Target {
  return { kind: 'misdirected', base: '', path, code, message }
}

function unknownHost(name: string, path: string): Target {
  const message = `Sandlot does not answer for ${name}. If that is its address, start it with SANDLOT_URL set to it.`
  return refused('misdirected', path, message)
}

function noSandbox(path: string): Target {
  return refused('not_found', path, 'There is no sandbox at this address.')
}

function noPort(path: string): Target {
  return refused('not_found', path, 'A port is a number from 1 to 65535.')
}

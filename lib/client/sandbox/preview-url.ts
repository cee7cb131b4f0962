import { SandboxError } from '@/lib/errors'

/** Where a path-form preview has its ticket: this one lets in whoever may see the port without one. */
const NO_TICKET = '~public'

/**
 * Where a port of the sandbox is found, told from the sandbox's own address alone. `{id}.host` has its ports at
 * `{id}-{port}.host`, and `…/sandboxes/{id}` at `…/sandboxes/{id}/ports/{port}/~public`. Another protocol than the
 * sandbox's is taken to be at its usual port, 80 or 443.
 */
export function previewUrl(sandboxUrl: string, port: number, protocol?: 'http' | 'https'): string {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new SandboxError('bad_request', 'A port is a whole number from 1 to 65535.')
  const url = new URL(sandboxUrl, globalThis.location?.href)
  const path = url.pathname.replace(/\/$/, '')
  const scheme = protocol ?? url.protocol.slice(0, -1)
  const host = `${scheme}:` === url.protocol ? url.host : url.hostname
  if (path !== '') return `${scheme}://${host}${path}/ports/${port}/${NO_TICKET}`
  const [label = '', ...domain] = host.split('.')
  if (domain.length === 0 || /^[\d.:[\]]+$/.test(host))
    throw new SandboxError('unsupported', `No address of a port can be told from ${sandboxUrl}.`)
  return `${scheme}://${label}-${port}.${domain.join('.')}`
}

/** The id that is in a sandbox's address. */
export function sandboxIdIn(sandboxUrl: string): string {
  const { hostname, pathname } = new URL(sandboxUrl, globalThis.location?.href)
  return /\/sandboxes\/([^/]+)\/?$/.exec(pathname)?.[1] ?? hostname.split('.')[0] ?? ''
}

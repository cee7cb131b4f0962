/** Where the workbench is, and so where its sandbox is: the page lives at `play/` below the sandbox's own address. */
export function sandboxBaseUrl(location: { origin: string; pathname: string }): string {
  const at = location.pathname.lastIndexOf('/play')
  return location.origin + (at < 0 ? '' : location.pathname.slice(0, at))
}

/** The app's address for when the sandbox cannot say it: the host above the sandbox's, or the same host in path form. */
export function guessAppUrl(location: { protocol: string; host: string; pathname: string }): string {
  if (location.pathname.startsWith('/sandboxes/')) return '/'
  const dot = location.host.indexOf('.')
  return dot < 0 ? '/' : `${location.protocol}//${location.host.slice(dot + 1)}/`
}

/** Where the app lets its user into a sandbox again. */
export function openingUrl(appUrl: string, sandboxId: string): string {
  return new URL(`open/${encodeURIComponent(sandboxId)}`, appUrl.endsWith('/') ? appUrl : `${appUrl}/`).href
}

/** Of an address that a program printed: its port inside the sandbox, or null where it leads elsewhere. */
export function localPortOf(url: string): { port: number; path: string } | null {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) return null
  if (!LOCAL_HOSTS.has(parsed.hostname)) return null
  const port = Number(parsed.port || (parsed.protocol === 'https:' ? 443 : 80))
  return { port, path: parsed.pathname + parsed.search + parsed.hash }
}

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '0.0.0.0', '[::1]', '[::]'])

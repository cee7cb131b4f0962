import dns from 'node:dns'

/**
 * Names below localhost are this machine for browsers; Node asks the system, which often knows none of them. Users have a
 * domain with wildcard DNS; here this process alone is told. `fetch`, `http` and `ws` all ask `dns.lookup` when they dial.
 */
export function resolveLocalhost(): void {
  const lookup = dns.lookup
  const patched = (name: string, options: unknown, callback?: unknown) => {
    const dialled = name.endsWith('.localhost') ? '127.0.0.1' : name
    return (lookup as (...args: unknown[]) => void)(dialled, options, callback)
  }
  dns.lookup = Object.assign(patched, lookup) as typeof dns.lookup
}

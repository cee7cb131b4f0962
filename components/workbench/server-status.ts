import type { StateTone } from '@/components/ui/state-dot'
import type { ManagedServer, ServerStatus } from '@/lib/protocol/servers'

const STATUSES: Record<ServerStatus, { tone: StateTone; word: string; isOn: boolean }> = {
  installing: { tone: 'busy', word: 'Installing', isOn: true },
  starting: { tone: 'busy', word: 'Starting', isOn: true },
  restarting: { tone: 'busy', word: 'Restarting', isOn: true },
  running: { tone: 'ok', word: 'Running', isOn: true },
  ready: { tone: 'ok', word: 'Ready', isOn: true },
  failed: { tone: 'bad', word: 'Failed', isOn: false },
  stopped: { tone: 'idle', word: 'Stopped', isOn: false },
}

/** `isOn`: it has processes, or is about to have some. */
export function serverStatusOf(status: ServerStatus) {
  return STATUSES[status]
}

/** What its health check says, in words; null where it has none, or does not run. */
export function healthOf(server: ManagedServer): { word: string; isBad: boolean } | null {
  if (server.healthy === undefined || !STATUSES[server.status].isOn) return null
  const { last_check, last_status, consecutive_failures = 0 } = server.health_status ?? {}
  if (last_check === undefined) return { word: 'health not checked yet', isBad: false }
  if (server.healthy) return { word: 'healthy', isBad: false }
  const answer = last_status === undefined ? 'no answer' : `answers ${last_status}`
  const times = consecutive_failures > 1 ? `, ${consecutive_failures} times` : ''
  return { word: `unhealthy: ${answer}${times}`, isBad: true }
}

/** The servers that listen, by their ports. */
export function namesByPort(servers: readonly ManagedServer[]): Map<number, string> {
  const listening = servers.filter(({ port, url }) => port !== undefined && url !== undefined)
  return new Map(listening.map(({ port = 0, slug }) => [port, slug]))
}

/** Where what listens is not to be looked at yet: its server is still to pass its health check. */
export function portsNotReady(servers: readonly ManagedServer[]): Set<number> {
  const waiting = servers.filter(
    ({ status, health_check }) => health_check !== undefined && status !== 'ready' && STATUSES[status].isOn,
  )
  return new Set(waiting.flatMap(({ port }) => (port === undefined ? [] : [port])))
}

export type ServerNews =
  | { slug: string; became: 'ready'; port: number }
  | { slug: string; became: 'failed'; reason?: string }

/** What is worth a word to somebody who looks elsewhere: what became ready, or failed for good. */
export function serverNews(before: readonly ManagedServer[], after: readonly ManagedServer[]): ServerNews[] {
  const statuses = new Map(before.map(({ slug, status }) => [slug, status]))
  return after.flatMap(({ slug, status, port, status_reason: reason }): ServerNews[] => {
    if (statuses.get(slug) === status) return []
    if (status === 'ready' && port !== undefined) return [{ slug, became: status, port }]
    if (status === 'failed') return [{ slug, became: status, ...(reason ? { reason } : {}) }]
    return []
  })
}

const LEADING_LINE_BREAKS = /^[\r\n]+/
/** Colors and cursor movements of terminals, which mean nothing in a page. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g

/** A log as text: without escapes, and of a line that was written over (a progress bar) only what it ended as. */
export function plainLog(text: string): string {
  const lines = text.replaceAll(ESCAPES, '').replaceAll('\r\n', '\n').split('\n')
  return lines.map((line) => line.replace(/\r+$/, '').split('\r').at(-1) ?? '').join('\n')
}

/** The last lines that say something. */
export function lastLines(log: string, count: number): string {
  return plainLog(log).trimEnd().split('\n').slice(-count).join('\n').replace(LEADING_LINE_BREAKS, '')
}

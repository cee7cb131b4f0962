import type { StateTone } from '@/components/ui/state-dot'
import type { SandboxSummary } from '@/lib/protocol/sandboxes'

/** The dot, and the words beside it: the state, and what is good to know about it now. */
export function sandboxState(
  sandbox: Pick<SandboxSummary, 'status' | 'statusReason' | 'expiresAt'>,
  now: number,
): { tone: StateTone; text: string; detail: string | null } {
  const { status, statusReason, expiresAt } = sandbox
  if (status === 'running') return { tone: 'ok', text: 'Running', detail: timeLeft(expiresAt, now) }
  if (status === 'starting') return { tone: 'busy', text: 'Starting', detail: null }
  if (status === 'stopped')
    return { tone: 'idle', text: 'Stopped', detail: statusReason ?? 'starts when opened' }
  return { tone: 'bad', text: 'Failed', detail: statusReason }
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

function timeLeft(expiresAt: string | null, now: number): string | null {
  if (expiresAt === null) return null
  const left = Date.parse(expiresAt) - now
  if (Number.isNaN(left)) return null
  if (left < MINUTE_MS) return 'ends within a minute'
  // Two units' worth of precision is kept until the coarser one alone is exact enough to plan by.
  if (left < 2 * HOUR_MS) return `${Math.floor(left / MINUTE_MS)} min left`
  if (left < 2 * DAY_MS) return `${Math.floor(left / HOUR_MS)} h left`
  return `${Math.floor(left / DAY_MS)} days left`
}

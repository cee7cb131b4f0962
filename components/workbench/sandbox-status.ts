import type { StateTone } from '@/components/ui/state-dot'
import type { SandboxInfo } from '@/lib/protocol/workbench'

const STATUSES: Record<SandboxInfo['status'], { tone: StateTone; word: string }> = {
  running: { tone: 'ok', word: 'Running' },
  starting: { tone: 'busy', word: 'Starting' },
  stopped: { tone: 'idle', word: 'Stopped' },
  failed: { tone: 'bad', word: 'Failed' },
}

export function statusOf(status: SandboxInfo['status']) {
  return STATUSES[status]
}

import type { Sandbox } from './sandbox-record'

export type Recovery =
  | { act: 'keep' }
  | { act: 'mark'; status: 'stopped' | 'failed'; reason: string }
  | { act: 'stop' }
  | { act: 'remove' }

/**
 * What becomes of a recorded sandbox at the start of the control plane. `isRunning` is the provider's word, `undefined`
 * where it has no such sandbox.
 */
export function recoveryOf(sandbox: Sandbox, isRunning: boolean | undefined, nowMs: number): Recovery {
  const isExpired = sandbox.expiresAt !== null && Date.parse(sandbox.expiresAt) <= nowMs
  // One that was being made when the process ended: nobody was told of it.
  if (isExpired || sandbox.status === 'starting') return { act: 'remove' }
  if (isRunning === undefined) return missing(sandbox)
  if (sandbox.status === 'running' && !isRunning) {
    const reason = 'Its processes ended while Sandlot was not running. Start it again: its files are there.'
    return { act: 'mark', status: 'stopped', reason }
  }
  // A stop or a start that was under way; the record is what its owner saw last.
  if (sandbox.status !== 'running' && isRunning) return { act: 'stop' }
  return { act: 'keep' }
}

function missing(sandbox: Sandbox): Recovery {
  if (sandbox.status === 'failed') return { act: 'keep' }
  const reason = 'Its files are no longer on this machine. Delete it and create a new one.'
  return { act: 'mark', status: 'failed', reason }
}

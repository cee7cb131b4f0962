import type { SandboxSummary } from '@/lib/protocol/sandboxes'
import type { SnapshotSummary } from '@/lib/protocol/snapshots'

export function snapshotTitle({ name }: Pick<SnapshotSummary, 'name'>): string {
  return name || 'Snapshot without a name'
}

/** Of the sandboxes that there still are. */
export function sandboxNames(sandboxes: readonly SandboxSummary[] | undefined): Map<string, string> {
  return new Map((sandboxes ?? []).map(({ sandboxId, name }) => [sandboxId, name]))
}

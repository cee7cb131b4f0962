'use client'

import { Skeleton } from '@/components/ui/skeleton'
import { FailedPanel } from './failed-panel'
import { useSnapshots } from './sandbox-queries'
import { SnapshotTable, type SnapshotTableProps } from './snapshot-table'

export type SnapshotListProps = Omit<SnapshotTableProps, 'snapshots'>

/** The user's snapshots, of sandboxes that are gone too: they take disk until they are deleted. */
export function SnapshotList({ chosenId, onChoose }: SnapshotListProps) {
  const { data, error, refetch, isFetching } = useSnapshots()
  return (
    <section aria-labelledby="snapshots-title" className="mt-8">
      <h2 id="snapshots-title" className="mb-3 text-16 font-semibold">
        Your snapshots
      </h2>
      {error !== null && (
        <FailedPanel
          title={data === undefined ? 'Your snapshots did not load' : 'This list may be out of date'}
          error={error}
          isRetrying={isFetching}
          onRetry={() => void refetch()}
        />
      )}
      {data === undefined && error === null && (
        <div
          role="status"
          aria-label="Loading your snapshots"
          className="flex h-12 items-center rounded-large border bg-surface px-4"
        >
          <Skeleton className="h-4 w-36" />
        </div>
      )}
      {data?.length === 0 && (
        <p className="rounded-large border border-dashed border-line-strong px-6 py-4 text-center text-13 text-ink-2">
          None yet. Take one in a sandbox, under Snapshots in its menu, and a new sandbox can begin with its
          files.
        </p>
      )}
      {data !== undefined && data.length > 0 && (
        <div className={error === null ? '' : 'mt-3'}>
          <SnapshotTable snapshots={data} chosenId={chosenId} onChoose={onChoose} />
        </div>
      )}
    </section>
  )
}

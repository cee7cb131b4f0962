'use client'

import { Camera } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { formatBytes } from '@/components/ui/format-bytes'
import { Skeleton } from '@/components/ui/skeleton'
import { FailedPanel } from './failed-panel'
import { timeAgo } from './plain-words'
import { useSandboxes, useSnapshots } from './sandbox-queries'
import { sandboxNames, snapshotTitle } from './snapshot-words'
import { useNow } from './use-now'

export interface ChosenSnapshotProps {
  id: string
  /** A template instead. */
  onClear(): void
}

/** In the place of the templates: which snapshot the new sandbox begins with. */
export function ChosenSnapshot({ id, onClear }: ChosenSnapshotProps) {
  const { data, error, refetch, isFetching } = useSnapshots()
  const names = sandboxNames(useSandboxes().data)
  const now = useNow()
  const snapshot = data?.find((each) => each.id === id)
  return (
    <section aria-labelledby="start-title" className="mt-8">
      <h2 id="start-title" className="mb-3 text-16 font-semibold">
        Begins with a snapshot
      </h2>
      {data === undefined && error !== null ? (
        <FailedPanel
          title="Your snapshots did not load"
          error={error}
          isRetrying={isFetching}
          onRetry={() => void refetch()}
        />
      ) : (
        <div className="flex items-center gap-3 rounded-large border border-accent bg-surface p-3 ring-1 ring-accent max-sm:flex-wrap">
          <span
            aria-hidden
            className="grid size-8 shrink-0 place-items-center rounded-medium bg-accent-soft text-accent"
          >
            <Camera className="size-4" />
          </span>
          <span className="min-w-0 flex-1">
            {data === undefined && <LoadingWords />}
            {data !== undefined && !snapshot && (
              <span role="alert">
                <span className="block font-semibold">This snapshot is gone</span>
                <span className="block text-12 text-ink-2">It was deleted, or is of another account.</span>
              </span>
            )}
            {snapshot && (
              <>
                <span className="block truncate font-semibold">{snapshotTitle(snapshot)}</span>
                <span className="block text-12 text-ink-2 tabular-nums">
                  The files of {names.get(snapshot.sandboxId) ?? 'a sandbox that has ended'} ·{' '}
                  {timeAgo(snapshot.createdAt, now)} · {formatBytes(snapshot.sizeBytes)}
                </span>
              </>
            )}
          </span>
          <Button variant="ghost" onClick={onClear}>
            Use a template instead
          </Button>
        </div>
      )}
    </section>
  )
}

function LoadingWords() {
  return (
    <span role="status" aria-label="Loading the snapshot" className="block">
      <Skeleton className="my-1 h-3.5 w-40" />
      <Skeleton className="my-1 h-2.5 w-56 max-w-full" />
    </span>
  )
}

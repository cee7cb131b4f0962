'use client'

import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { AlertDialog } from '@/components/ui/alert-dialog'
import { Button } from '@/components/ui/button'
import { formatBytes } from '@/components/ui/format-bytes'
import { IconButton } from '@/components/ui/icon-button'
import { toast } from '@/components/ui/toast'
import { toSandboxError } from '@/lib/errors'
import type { SnapshotSummary } from '@/lib/protocol/snapshots'
import { timeAgo } from './plain-words'
import { useDeleteSnapshot, useSandboxes } from './sandbox-queries'
import { sandboxNames, snapshotTitle } from './snapshot-words'
import { Cell, Heading } from './table-parts'
import { useNow } from './use-now'

export interface SnapshotTableProps {
  snapshots: SnapshotSummary[]
  /** What the next new sandbox begins with; null: a template. */
  chosenId: string | null
  onChoose(id: string | null): void
}

/** As the sandboxes are: a table where there is room, cards on a phone. */
export function SnapshotTable({ snapshots, chosenId, onChoose }: SnapshotTableProps) {
  const names = sandboxNames(useSandboxes().data)
  const now = useNow()
  const [asked, setAsked] = useState<SnapshotSummary | null>(null)
  const [isAsking, setIsAsking] = useState(false)
  const remove = useDeleteSnapshot()

  function confirm(): void {
    if (asked === null) return
    remove.mutate(asked.id, {
      onError: (error) => toast.error(toSandboxError(error).message),
      onSuccess: () => asked.id === chosenId && onChoose(null),
      onSettled: () => setIsAsking(false),
    })
  }

  return (
    <div className="sm:overflow-hidden sm:rounded-large sm:border sm:bg-surface">
      <table aria-labelledby="snapshots-title" className="w-full max-sm:block">
        <thead className="bg-sunken text-left text-12 text-ink-2 max-sm:sr-only">
          <tr>
            <Heading>Name</Heading>
            <Heading>Of</Heading>
            <Heading>Taken</Heading>
            <Heading className="text-right">Disk</Heading>
            <Heading>
              <span className="sr-only">Actions</span>
            </Heading>
          </tr>
        </thead>
        <tbody className="max-sm:flex max-sm:flex-col max-sm:gap-3">
          {snapshots.map((snapshot) => (
            <SnapshotRow
              key={snapshot.id}
              snapshot={snapshot}
              sandboxName={names.get(snapshot.sandboxId) ?? null}
              now={now}
              onUse={() => {
                onChoose(snapshot.id)
                window.scrollTo({ top: 0, behavior: 'smooth' })
                document.getElementById('new-sandbox-name')?.focus({ preventScroll: true })
              }}
              onDelete={() => {
                setAsked(snapshot)
                setIsAsking(true)
              }}
            />
          ))}
        </tbody>
      </table>
      <AlertDialog
        isOpen={isAsking}
        onOpenChange={setIsAsking}
        title={asked === null ? '' : `Delete ${asked.name ? `“${asked.name}”` : 'this snapshot'}?`}
        description="Its files are gone for good. Sandboxes that were made from it stay as they are."
        confirmLabel="Delete snapshot"
        isBusy={remove.isPending}
        onConfirm={confirm}
      />
    </div>
  )
}

interface SnapshotRowProps {
  snapshot: SnapshotSummary
  /** Null where that sandbox is gone. */
  sandboxName: string | null
  now: number
  onUse(): void
  onDelete(): void
}

function SnapshotRow({ snapshot, sandboxName, now, onUse, onDelete }: SnapshotRowProps) {
  const title = snapshotTitle(snapshot)
  return (
    <tr className="transition-colors sm:border-t sm:hover:bg-hover max-sm:flex max-sm:flex-wrap max-sm:items-center max-sm:gap-x-3 max-sm:gap-y-1 max-sm:rounded-large max-sm:border max-sm:bg-surface max-sm:p-4">
      <th
        scope="row"
        className="max-w-64 truncate px-4 text-left font-semibold sm:h-12 max-sm:w-full max-sm:max-w-none max-sm:p-0"
        title={title}
      >
        {title}
      </th>
      <Cell className="max-w-56 truncate text-ink-2">{sandboxName ?? 'an ended sandbox'}</Cell>
      <Cell className="whitespace-nowrap text-ink-2 tabular-nums">
        <time dateTime={snapshot.createdAt}>{timeAgo(snapshot.createdAt, now)}</time>
      </Cell>
      <Cell className="text-right whitespace-nowrap text-ink-2 tabular-nums">
        {formatBytes(snapshot.sizeBytes)}
      </Cell>
      <td className="pr-2 text-right whitespace-nowrap max-sm:w-full max-sm:p-0 max-sm:pt-2 max-sm:text-left">
        <span className="inline-flex items-center gap-1">
          <Button size="small" aria-label={`New sandbox from ${title}`} onClick={onUse}>
            New sandbox
          </Button>
          <IconButton label={`Delete ${title}`} onClick={onDelete}>
            <Trash2 aria-hidden />
          </IconButton>
        </span>
      </td>
    </tr>
  )
}

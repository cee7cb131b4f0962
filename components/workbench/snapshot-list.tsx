'use client'

import { EllipsisVertical, History, SquarePlus, Trash2 } from 'lucide-react'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { formatBytes } from '@/components/ui/format-bytes'
import { IconButton } from '@/components/ui/icon-button'
import { Skeleton } from '@/components/ui/skeleton'
import { toSandboxError } from '@/lib/errors'
import type { SandboxSnapshot } from '@/lib/protocol/snapshots'
import { ListFailure, ListNote } from './list-state'
import { madeAt, newSandboxUrl, snapshotName } from './snapshot-words'
import type { SnapshotsState } from './use-snapshots'
import { useWorkbench } from './workbench-context'

export function SnapshotList({ snapshots }: { snapshots: SnapshotsState }) {
  const { query } = snapshots
  if (query.isPending) return <ListSkeleton />
  if (!query.data)
    return <ListFailure message={toSandboxError(query.error).message} onRetry={() => void query.refetch()} />
  if (query.data.length === 0)
    return <ListNote text="None yet. Take one before something that is hard to undo." />
  return (
    <ul aria-label="Snapshots" className="divide-y rounded-medium border">
      {query.data.map((snapshot) => (
        <SnapshotRow key={snapshot.id} snapshot={snapshot} {...snapshots} />
      ))}
    </ul>
  )
}

type RowProps = Pick<SnapshotsState, 'restore' | 'remove'> & { snapshot: SandboxSnapshot }

function SnapshotRow({ snapshot, restore, remove }: RowProps) {
  const { info } = useWorkbench()
  const name = snapshotName(snapshot)
  const open = () => window.open(newSandboxUrl(info.app_url, snapshot.id), '_blank', 'noopener')
  return (
    <li className="flex min-h-11 items-center gap-2 py-1 pr-2 pl-3">
      <span className="min-w-0 flex-1">
        <span className="block truncate text-13 font-medium" title={snapshot.name ?? undefined}>
          {snapshot.name ?? <span className="font-normal text-ink-2">No name</span>}
        </span>
        <span className="block text-12 text-ink-2 tabular-nums">
          <time dateTime={snapshot.created_at}>{madeAt(snapshot.created_at)}</time>
          {' · '}
          {formatBytes(snapshot.size_bytes)}
        </span>
      </span>
      <Button size="small" aria-label={`Restore ${name}`} onClick={() => restore(snapshot)}>
        <History aria-hidden className="size-4 text-ink-2" /> Restore
      </Button>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <IconButton size="small" label={`Actions for ${name}`}>
            <EllipsisVertical />
          </IconButton>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          <DropdownMenuItem onSelect={open}>
            <SquarePlus aria-hidden /> New sandbox from it
          </DropdownMenuItem>
          <DropdownMenuItem isDanger onSelect={() => remove(snapshot)}>
            <Trash2 aria-hidden /> Delete…
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
    </li>
  )
}

function ListSkeleton() {
  return (
    <div role="status" aria-label="Loading the snapshots" className="divide-y rounded-medium border">
      {['first', 'second'].map((key) => (
        <span key={key} className="flex h-11 flex-col justify-center gap-1.5 px-3">
          <Skeleton className="h-3 w-40" />
          <Skeleton className="h-2.5 w-28" />
        </span>
      ))}
    </div>
  )
}

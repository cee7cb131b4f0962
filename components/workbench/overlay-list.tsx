'use client'

import { ArrowRight, X } from 'lucide-react'
import { IconButton } from '@/components/ui/icon-button'
import { Skeleton } from '@/components/ui/skeleton'
import { StateDot } from '@/components/ui/state-dot'
import { toSandboxError } from '@/lib/errors'
import type { OverlayInfo } from '@/lib/protocol/overlays'
import { ListFailure, ListNote } from './list-state'
import { isCopying, overlayState, sourceTitle } from './overlay-words'
import { useForgetOverlay, useOverlays } from './use-overlays'
import { useWorkbench } from './workbench-context'

export function OverlayList() {
  const { canEdit } = useWorkbench()
  const query = useOverlays(true)
  const forget = useForgetOverlay()
  if (query.isPending) return <ListSkeleton />
  if (!query.data)
    return <ListFailure message={toSandboxError(query.error).message} onRetry={() => void query.refetch()} />
  if (query.data.length === 0) return <ListNote text="Nothing yet. What is added is listed here." />
  return (
    <>
      <ul aria-label="Added files" className="divide-y rounded-medium border">
        {query.data.map((overlay) => (
          <OverlayRow key={overlay.id} overlay={overlay} {...(canEdit && { onForget: forget })} />
        ))}
      </ul>
      {canEdit && (
        <p className="mt-2 text-12 text-ink-2">
          Removing one from this list keeps its files. Delete those in the file tree.
        </p>
      )}
    </>
  )
}

type RowProps = { overlay: OverlayInfo; onForget?: (overlay: OverlayInfo) => void }

function OverlayRow({ overlay, onForget }: RowProps) {
  const { source, target, strategy, stats } = overlay
  const { tone, text } = overlayState(overlay)
  const title = sourceTitle(source)
  return (
    <li className="flex items-start gap-2 py-2 pr-2 pl-3 text-13">
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-1.5">
          <span className="font-medium whitespace-nowrap">{title}</span>
          <ArrowRight aria-label="in" className="size-3.5 shrink-0 text-ink-3" />
          <span className="truncate font-code" title={target}>
            {target}
          </span>
          <span className="text-12 whitespace-nowrap text-ink-2">
            {strategy === 'smart' ? 'packages linked' : 'copied'}
          </span>
        </span>
        <span
          role={isCopying(overlay) ? 'status' : undefined}
          className="flex items-baseline gap-1.5 text-12 text-ink-2 tabular-nums"
        >
          <StateDot tone={tone} />
          <span className="min-w-0 break-words">{text}</span>
        </span>
        {stats.skipped.length > 0 && <Skipped paths={stats.skipped} />}
      </span>
      {onForget && (
        <IconButton
          size="small"
          tooltipSide="left"
          label={`Remove ${title} in ${target} from the list, keep its files`}
          onClick={() => onForget(overlay)}
        >
          <X />
        </IconButton>
      )}
    </li>
  )
}

function Skipped({ paths }: { paths: readonly string[] }) {
  return (
    <details className="text-12 text-ink-2">
      <summary className="w-fit cursor-pointer rounded-small hover:text-ink pointer-coarse:py-3">
        {paths.length === 1 ? '1 left out' : `${paths.length} left out`}
      </summary>
      <ul className="max-h-40 overflow-y-auto pl-4 font-code break-all">
        {paths.map((path) => (
          <li key={path}>{path}</li>
        ))}
      </ul>
    </details>
  )
}

function ListSkeleton() {
  return (
    <div role="status" aria-label="Loading what was added" className="rounded-medium border">
      <span className="flex h-13 flex-col justify-center gap-1.5 px-3">
        <Skeleton className="h-3 w-44" />
        <Skeleton className="h-2.5 w-28" />
      </span>
    </div>
  )
}

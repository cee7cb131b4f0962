'use client'

import { ArrowDown, ArrowUp, EllipsisVertical } from 'lucide-react'
import { useState } from 'react'
import { cn } from '@/components/ui/class-names'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { formatBytes } from '@/components/ui/format-bytes'
import { IconButton } from '@/components/ui/icon-button'
import { toSandboxError } from '@/lib/errors'
import type { ProcessInfo, SignalName } from '@/lib/protocol/workbench'
import { useConfirm } from './confirm'
import { PanelFailure } from './panel-state'
import { type ProcessSort, sortProcesses } from './process-sort'
import { formatAge } from './quantities'
import { useProcesses } from './queries'
import { runAction } from './run-action'
import { TreeSkeleton } from './skeletons'
import { useWorkbench } from './workbench-context'

/** Everything that runs in the sandbox, and how to end it. */
export function ProcessesPanel({ isVisible }: { isVisible: boolean }) {
  const { canEdit } = useWorkbench()
  const query = useProcesses(isVisible)
  const signal = useSignals()
  const [sort, setSort] = useState<ProcessSort>({ by: 'cpu_percent', isDescending: true })
  if (query.isPending) return <TreeSkeleton />
  if (!query.data) {
    return <PanelFailure message={toSandboxError(query.error).message} onRetry={() => void query.refetch()} />
  }
  const now = Date.now()
  return (
    // Reached by Tab, so that it can be scrolled without a mouse.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section aria-label="Processes" tabIndex={0} className="h-full overflow-auto">
      <table className="w-full border-separate border-spacing-0 text-12 tabular-nums">
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <HeaderCell key={column.by} {...column} sort={sort} onSort={setSort} />
            ))}
            <th className="sticky top-0 border-b bg-surface">
              <span className="sr-only">Signals</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sortProcesses(query.data, sort).map((process) => (
            <ProcessRow key={process.pid} process={process} now={now} canEdit={canEdit} onSignal={signal} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Wide ones have no room on a phone. */
const COLUMNS: { by: ProcessSort['by']; title: string; isNumber: boolean; isWide?: boolean }[] = [
  { by: 'pid', title: 'PID', isNumber: true },
  { by: 'name', title: 'Name', isNumber: false },
  { by: 'command', title: 'Command', isNumber: false, isWide: true },
  { by: 'cpu_percent', title: 'CPU', isNumber: true },
  { by: 'memory_bytes', title: 'Memory', isNumber: true },
  { by: 'started_at', title: 'Running for', isNumber: true, isWide: true },
]

type HeaderCellProps = (typeof COLUMNS)[number] & { sort: ProcessSort; onSort: (sort: ProcessSort) => void }

function HeaderCell({ by, title, isNumber, isWide, sort, onSort }: HeaderCellProps) {
  const isSorted = sort.by === by
  const Arrow = sort.isDescending ? ArrowDown : ArrowUp
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (sort.isDescending ? 'descending' : 'ascending') : 'none'}
      className={cn(
        'sticky top-0 border-b bg-surface px-3 py-0.5 font-medium text-ink-2',
        isNumber ? 'text-right' : 'text-left',
        isWide && 'max-md:hidden',
      )}
    >
      <button
        type="button"
        className="inline-flex min-h-6 items-center gap-1 hover:text-ink"
        onClick={() => onSort({ by, isDescending: isSorted ? !sort.isDescending : isNumber })}
      >
        {title}
        {isSorted && <Arrow aria-hidden className="size-3" />}
      </button>
    </th>
  )
}

type ProcessRowProps = {
  process: ProcessInfo
  now: number
  canEdit: boolean
  onSignal: (process: ProcessInfo, signal: SignalName) => void
}

function ProcessRow({ process, now, canEdit, onSignal }: ProcessRowProps) {
  const number = 'px-3 text-right'
  return (
    <tr className="h-6 hover:bg-hover max-md:h-11">
      <td className={number}>{process.pid}</td>
      <td className="max-w-40 px-3 max-md:w-full max-md:max-w-0">
        <span className="block truncate">{process.name}</span>
        {/* Its own column has no room on a phone, and names alone do not tell two shells apart. */}
        <span className="block truncate font-code text-11 text-ink-3 md:hidden">{process.command}</span>
      </td>
      <td
        className="max-w-0 min-w-40 truncate px-3 font-code text-ink-2 max-md:hidden"
        title={process.command}
      >
        {process.command}
      </td>
      <td className={number}>{process.cpu_percent.toFixed(1)} %</td>
      <td className={number}>{formatBytes(process.memory_bytes)}</td>
      <td className={cn(number, 'max-md:hidden')}>{formatAge(now - Date.parse(process.started_at))}</td>
      <td className="w-8 pr-2 text-right">
        {canEdit && (
          <DropdownMenu>
            <DropdownMenuTrigger asChild>
              <IconButton
                size="small"
                label={`Signals for ${process.name} ${process.pid}`}
                tooltipSide="left"
              >
                <EllipsisVertical />
              </IconButton>
            </DropdownMenuTrigger>
            <DropdownMenuContent>
              <DropdownMenuItem onSelect={() => onSignal(process, 'SIGINT')}>Interrupt</DropdownMenuItem>
              <DropdownMenuItem onSelect={() => onSignal(process, 'SIGTERM')}>Terminate</DropdownMenuItem>
              <DropdownMenuItem isDanger onSelect={() => onSignal(process, 'SIGKILL')}>
                Kill…
              </DropdownMenuItem>
            </DropdownMenuContent>
          </DropdownMenu>
        )}
      </td>
    </tr>
  )
}

/** Sends a signal; asks before the one that leaves no time to tidy up. */
function useSignals() {
  const { core } = useWorkbench()
  const confirm = useConfirm()
  return (process: ProcessInfo, signal: SignalName) => {
    if (signal !== 'SIGKILL') {
      runAction(() => core.client.signal(process.pid, signal))
      return
    }
    confirm({
      title: `Kill ${process.name}?`,
      description: `Process ${process.pid} ends at once and cannot save anything.`,
      confirmLabel: 'Kill',
      act: () => core.client.signal(process.pid, signal),
    })
  }
}

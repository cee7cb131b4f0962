'use client'

import type { MouseEvent } from 'react'
import { formatBytes } from '@/components/ui/format-bytes'
import { Spinner } from '@/components/ui/spinner'
import { StateDot } from '@/components/ui/state-dot'
import { toast } from '@/components/ui/toast'
import type { SandboxSummary } from '@/lib/protocol/sandboxes'
import { timeAgo } from './plain-words'
import { SandboxActions } from './sandbox-actions'
import { sandboxState } from './sandbox-state'
import { Cell } from './table-parts'
import { useOpenSandbox } from './use-open-sandbox'

export interface SandboxRowProps {
  sandbox: SandboxSummary
  templateName: string
  now: number
}

export function SandboxRow({ sandbox, templateName, now }: SandboxRowProps) {
  const { open, isOpening } = useOpenSandbox()
  const state = sandboxState(sandbox, now)
  async function openHere(): Promise<void> {
    const failure = await open(async () => sandbox.sandboxId, false)
    if (failure !== null) toast.error(failure)
  }
  return (
    <tr className="transition-colors sm:border-t sm:hover:bg-hover max-sm:relative max-sm:flex max-sm:flex-wrap max-sm:items-center max-sm:gap-x-3 max-sm:gap-y-1 max-sm:rounded-large max-sm:border max-sm:bg-surface max-sm:p-4 max-sm:pr-14">
      <th
        scope="row"
        className="max-w-64 px-4 text-left font-semibold sm:h-12 max-sm:w-full max-sm:max-w-none max-sm:p-0"
      >
        <span className="flex items-center gap-2">
          <NameLink sandbox={sandbox} onOpen={() => void openHere()} />
          {isOpening && <Spinner label="Opening" className="text-ink-2" />}
        </span>
      </th>
      <Cell className="whitespace-nowrap text-ink-2 max-sm:order-1">{templateName}</Cell>
      <Cell className="max-sm:w-full">
        <span className="flex items-baseline gap-2">
          <StateDot tone={state.tone} />
          <span>
            {state.text}
            {state.detail !== null && <span className="text-ink-2 tabular-nums"> · {state.detail}</span>}
          </span>
        </span>
      </Cell>
      <Cell className="whitespace-nowrap text-ink-2 tabular-nums max-sm:order-2">
        <time dateTime={sandbox.lastUsedAt}>{timeAgo(sandbox.lastUsedAt, now)}</time>
      </Cell>
      <Cell className="text-right whitespace-nowrap text-ink-2 tabular-nums max-sm:order-3">
        {sandbox.diskBytes === null ? '–' : formatBytes(sandbox.diskBytes)}
      </Cell>
      <td className="pr-2 text-right max-sm:absolute max-sm:top-2 max-sm:right-2 max-sm:p-0">
        <SandboxActions sandbox={sandbox} onOpen={() => void openHere()} />
      </td>
    </tr>
  )
}

/** A real link, so that it can be opened in a new tab and bookmarked; a plain click goes straight there. */
function NameLink({ sandbox, onOpen }: { sandbox: SandboxSummary; onOpen(): void }) {
  function onClick(event: MouseEvent): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    onOpen()
  }
  return (
    <a
      href={`/open/${encodeURIComponent(sandbox.sandboxId)}`}
      title={sandbox.name}
      onClick={onClick}
      className="truncate rounded-small py-1 underline-offset-4 hover:text-accent hover:underline"
    >
      {sandbox.name}
    </a>
  )
}

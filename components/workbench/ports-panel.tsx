'use client'

import { Copy, ExternalLink, PanelRight } from 'lucide-react'
import { IconButton } from '@/components/ui/icon-button'
import { StateDot } from '@/components/ui/state-dot'
import { toSandboxError } from '@/lib/errors'
import type { PortInfo } from '@/lib/protocol/workbench'
import { PanelFailure, PanelNote } from './panel-state'
import { usePorts, useServerNames } from './queries'
import { copyText, runAction } from './run-action'
import { TreeSkeleton } from './skeletons'
import { useWorkbench } from './workbench-context'

/** What listens in the sandbox, and the ways to look at it. */
export function PortsPanel() {
  const query = usePorts()
  const names = useServerNames()
  if (query.isPending) return <TreeSkeleton />
  if (!query.data) {
    return <PanelFailure message={toSandboxError(query.error).message} onRetry={() => void query.refetch()} />
  }
  if (query.data.length === 0) {
    return (
      <PanelNote
        title="No open ports"
        text="Start a server in the terminal, and it appears here by itself."
      />
    )
  }
  return (
    <ul aria-label="Open ports" className="h-full overflow-auto py-1 text-13">
      {query.data.map((port) => (
        <PortRow key={`${port.port} ${port.address}`} port={port} server={names.get(port.port)} />
      ))}
    </ul>
  )
}

function PortRow({ port, server }: { port: PortInfo; server: string | undefined }) {
  const { core } = useWorkbench()
  const open = async () => openOutside(core.client, port.port)
  return (
    <li className="flex min-h-8 items-center gap-3 px-4 hover:bg-hover">
      <StateDot tone="ok" />
      <span className="max-w-48 truncate font-semibold tabular-nums">
        {server === undefined ? port.port : `${server} · port ${port.port}`}
      </span>
      <span className="flex min-w-0 flex-1 gap-x-3 text-12 max-md:flex-col">
        <span className="truncate text-ink-3">listening on {port.address}</span>
        <span className="truncate text-ink-2">
          {port.process_name}
          {port.pid !== null && <span className="text-ink-3 tabular-nums"> {port.pid}</span>}
        </span>
      </span>
      <IconButton
        size="small"
        label={`Preview port ${port.port}`}
        onClick={() => core.openPreview(port.port)}
      >
        <PanelRight />
      </IconButton>
      <IconButton size="small" label={`Open port ${port.port} in a new tab`} onClick={() => runAction(open)}>
        <ExternalLink />
      </IconButton>
      <IconButton
        size="small"
        label={`Copy address of port ${port.port}`}
        onClick={() =>
          runAction(async () => copyText((await core.client.openPort(port.port)).origin, 'Address'))
        }
      >
        <Copy />
      </IconButton>
    </li>
  )
}

/** A tab of its own. It is opened before the address is known: later, browsers would take it for a pop-up. */
export async function openOutside(
  client: { openPort(port: number): Promise<{ url: string }> },
  port: number,
): Promise<void> {
  const tab = window.open('about:blank', '_blank')
  try {
    const { url } = await client.openPort(port)
    if (!tab) return
    tab.opener = null
    tab.location.replace(url)
  } catch (thrown) {
    tab?.close()
    throw thrown
  }
}

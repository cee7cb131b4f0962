'use client'

import { ScrollText } from 'lucide-react'
import { cn } from '@/components/ui/class-names'
import { IconButton } from '@/components/ui/icon-button'
import { StateDot } from '@/components/ui/state-dot'
import type { ManagedServer } from '@/lib/protocol/servers'
import { formatAge } from './quantities'
import { ServerButtons } from './server-buttons'
import { ServerFailure } from './server-failure'
import { healthOf, serverStatusOf } from './server-status'
import { useNow } from './use-now'
import { useWorkbench } from './workbench-context'

/** One server: how it is, what it runs, and what can be done with it. */
export function ServerRow({ server }: { server: ManagedServer }) {
  const { core } = useWorkbench()
  const { tone, word } = serverStatusOf(server.status)
  return (
    <li aria-label={server.slug} className="border-b px-4 py-1.5 hover:bg-hover">
      <div className="flex items-center gap-3 max-md:gap-1">
        <div className="min-w-0 flex-1">
          <div className="flex min-w-0 items-baseline gap-3">
            <span className="max-w-1/2 shrink-0 truncate font-semibold" title={server.slug}>
              {server.slug}
            </span>
            <span className="inline-flex shrink-0 items-center gap-1.5 text-12 text-ink-2">
              <StateDot tone={tone} />
              {word}
            </span>
            <code className="truncate text-12 text-ink-2 max-md:hidden" title={server.start}>
              {server.start}
            </code>
          </div>
          <code className="block truncate text-11 text-ink-2 md:hidden">{server.start}</code>
          <Facts server={server} />
        </div>
        <IconButton
          size="small"
          label={`Log of ${server.slug}`}
          className="max-md:hidden"
          onClick={() => core.servers.shownLog.set(server.slug)}
        >
          <ScrollText />
        </IconButton>
        <ServerButtons server={server} />
      </div>
      {server.status === 'failed' && <ServerFailure server={server} />}
    </li>
  )
}

/** Port, health, restarts, process and time, as far as there is something to say. */
function Facts({ server }: { server: ManagedServer }) {
  const now = useNow()
  const { port, url, asked_port, pid, restart_count, status, status_reason, status_since } = server
  const health = healthOf(server)
  const restarts = restart_count === 1 ? 'restarted once' : `restarted ${restart_count} times`
  return (
    <p className="flex flex-wrap gap-x-3 text-12 text-ink-2 tabular-nums">
      {port !== undefined && <span>{url ? `port ${port}` : `port ${port}, not open yet`}</span>}
      {port !== undefined && asked_port !== undefined && asked_port !== port && (
        <span className="text-warn">not {asked_port}, as asked</span>
      )}
      {health && <span className={cn(health.isBad && 'text-bad')}>{health.word}</span>}
      {restart_count > 0 && <span>{restarts}</span>}
      {pid !== undefined && <span>pid {pid}</span>}
      {status_since && <span>for {formatAge(now - Date.parse(status_since))}</span>}
      {status_reason && status !== 'failed' && <span>{status_reason}</span>}
    </p>
  )
}

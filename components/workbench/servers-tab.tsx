'use client'

import { Badge } from '@/components/ui/badge'
import { StateDot } from '@/components/ui/state-dot'
import { useStore } from './store'
import { useWorkbench } from './workbench-context'

/** The name of the servers' tab: how many there are, and whether any has failed. */
export function ServersTab() {
  const { core } = useWorkbench()
  const { servers } = useStore(core.servers.state)
  const failed = servers.filter(({ status }) => status === 'failed').length
  return (
    <>
      Servers
      {servers.length > 0 && (
        <Badge className="h-4">
          {failed > 0 && <StateDot tone="bad" className="size-1.5" />}
          {servers.length}
          {failed > 0 && <span className="sr-only">, {failed} failed</span>}
        </Badge>
      )}
    </>
  )
}

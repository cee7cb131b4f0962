'use client'

import { ChevronDown } from 'lucide-react'
import { Badge } from '@/components/ui/badge'
import { IconButton } from '@/components/ui/icon-button'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { keys } from './keys'
import { NewServerButton } from './new-server-button'
import { PortsPanel } from './ports-panel'
import { ProcessesPanel } from './processes-panel'
import { usePorts } from './queries'
import { ServersPanel } from './servers-panel'
import { ServersTab } from './servers-tab'
import { useStore } from './store'
import { TerminalTabs } from './terminal-tabs'
import { TerminalsPanel } from './terminals-panel'
import { useTerminalTabs } from './use-terminals'
import type { Panel } from './view-state'
import { useWorkbench } from './workbench-context'

/** Below the editor: terminals, servers, processes, ports. */
export function BottomPanel({ isVisible }: { isVisible: boolean }) {
  const { core, canEdit } = useWorkbench()
  const { panel } = useStore(core.view.state)
  const ports = usePorts().data
  const tabs = useTerminalTabs()
  return (
    <Tabs
      value={panel}
      onValueChange={(value) => core.view.set({ panel: value as Panel })}
      className="flex h-full min-h-0 flex-col bg-(--term-bg)"
    >
      <div className="flex h-8 shrink-0 items-center gap-4 border-b bg-surface pr-2 pl-4">
        <TabsList aria-label="Panels" className="h-full text-12">
          <TabsTrigger value="terminal">Terminal</TabsTrigger>
          <TabsTrigger value="servers">
            <ServersTab />
          </TabsTrigger>
          <TabsTrigger value="processes">Processes</TabsTrigger>
          <TabsTrigger value="ports">
            Ports
            {ports && <Badge className="h-4">{ports.length}</Badge>}
          </TabsTrigger>
        </TabsList>
        <div className="ml-auto flex min-w-0 items-center gap-1">
          {panel === 'terminal' && <TerminalTabs tabs={tabs} canEdit={canEdit} />}
          {panel === 'servers' && <NewServerButton />}
          <IconButton
            size="small"
            label="Hide panel"
            shortcut={keys.panel}
            tooltipSide="top"
            onClick={() => core.view.set({ isPanelOpen: false })}
          >
            <ChevronDown />
          </IconButton>
        </div>
      </div>
      <TabsContent value="terminal" forceMount hidden={panel !== 'terminal'} className="min-h-0 flex-1">
        <TerminalsPanel tabs={tabs} isVisible={isVisible && panel === 'terminal'} hasKeyRow={false} />
      </TabsContent>
      <TabsContent value="servers" className="min-h-0 flex-1">
        <ServersPanel />
      </TabsContent>
      <TabsContent value="processes" className="min-h-0 flex-1">
        <ProcessesPanel isVisible={isVisible} />
      </TabsContent>
      <TabsContent value="ports" className="min-h-0 flex-1">
        <PortsPanel />
      </TabsContent>
    </Tabs>
  )
}

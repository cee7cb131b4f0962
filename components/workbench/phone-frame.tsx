'use client'

import { AppWindow, Code, Ellipsis, Files, SquareTerminal } from 'lucide-react'
import { cn } from '@/components/ui/class-names'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { EditorArea } from './editor-area'
import { PortsPanel } from './ports-panel'
import { PreviewPane } from './preview-pane'
import { ProcessesPanel } from './processes-panel'
import { ServersPanel } from './servers-panel'
import { ServersTab } from './servers-tab'
import { SideFiles } from './side-files'
import { SideSearch } from './side-search'
import { Connection, UsageMeters } from './status-bar'
import { useStore } from './store'
import { TerminalTabs } from './terminal-tabs'
import { TerminalsPanel } from './terminals-panel'
import { useTerminalTabs } from './use-terminals'
import type { Panel, PhonePane } from './view-state'
import { useWorkbench } from './workbench-context'

/** One part at a time, and a bar to go from one to the other. What is hidden stays as it is. */
export function PhoneFrame({ onCloseFile }: { onCloseFile: (path: string) => void }) {
  const { core, canEdit } = useWorkbench()
  const { phonePane: pane, side } = useStore(core.view.state)
  const tabs = useTerminalTabs()
  return (
    <>
      <main className="relative min-h-0 flex-1">
        <div hidden={pane !== 'files'} className={PANE}>
          {side === 'files' ? <SideFiles /> : <SideSearch />}
        </div>
        <div hidden={pane !== 'code'} className={PANE}>
          <EditorArea onCloseFile={onCloseFile} />
        </div>
        <div hidden={pane !== 'terminal'} className={PANE}>
          <section aria-label="Terminal" className="flex h-full flex-col">
            <div className="flex h-12 shrink-0 items-center border-b bg-surface px-2">
              <TerminalTabs tabs={tabs} canEdit={canEdit} />
            </div>
            <div className="min-h-0 flex-1">
              <TerminalsPanel tabs={tabs} isVisible={pane === 'terminal'} hasKeyRow />
            </div>
          </section>
        </div>
        <div hidden={pane !== 'preview'} className={PANE}>
          <PreviewPane />
        </div>
        {pane === 'more' && (
          <div className={PANE}>
            <More />
          </div>
        )}
      </main>
      <PhoneBar pane={pane} />
    </>
  )
}

const PANE = 'absolute inset-0 bg-bg'

const PANES: { pane: PhonePane; label: string; icon: typeof Files }[] = [
  { pane: 'files', label: 'Files', icon: Files },
  { pane: 'code', label: 'Code', icon: Code },
  { pane: 'terminal', label: 'Terminal', icon: SquareTerminal },
  { pane: 'preview', label: 'Preview', icon: AppWindow },
  { pane: 'more', label: 'More', icon: Ellipsis },
]

function PhoneBar({ pane: active }: { pane: PhonePane }) {
  const { core } = useWorkbench()
  return (
    <nav
      aria-label="Parts"
      className="flex h-14 shrink-0 border-t bg-surface pb-[env(safe-area-inset-bottom)]"
    >
      {PANES.map(({ pane, label, icon: Icon }) => (
        <button
          key={pane}
          type="button"
          aria-current={pane === active ? 'page' : undefined}
          className={cn(
            'flex flex-1 flex-col items-center justify-center gap-0.5 text-11 text-ink-2 focus-visible:-outline-offset-2',
            pane === active && 'text-accent',
          )}
          onClick={() => core.view.set({ phonePane: pane })}
        >
          <Icon aria-hidden className="size-5" strokeWidth={1.6} />
          {label}
        </button>
      ))}
    </nav>
  )
}

/** What has no pane of its own on a phone. */
function More() {
  const { core } = useWorkbench()
  const { panel, side } = useStore(core.view.state)
  const value = panel === 'terminal' ? 'processes' : panel
  return (
    <Tabs
      value={value}
      onValueChange={(next) => core.view.set({ panel: next as Panel })}
      className="flex h-full flex-col"
    >
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 border-b bg-surface px-4 py-2 text-12 text-ink-2">
        <Connection />
        <UsageMeters />
      </div>
      <div className="flex h-12 shrink-0 items-center border-b bg-surface px-4">
        <TabsList aria-label="Panels" className="h-full">
          <TabsTrigger value="servers">
            <ServersTab />
          </TabsTrigger>
          <TabsTrigger value="processes">Processes</TabsTrigger>
          <TabsTrigger value="ports">Ports</TabsTrigger>
        </TabsList>
        <button
          type="button"
          className="ml-auto min-h-11 text-13 text-accent"
          onClick={() => core.view.set({ side: side === 'files' ? 'search' : 'files', phonePane: 'files' })}
        >
          {side === 'files' ? 'Search in files' : 'Show files'}
        </button>
      </div>
      <TabsContent value="servers" className="min-h-0 flex-1">
        <ServersPanel />
      </TabsContent>
      <TabsContent value="processes" className="min-h-0 flex-1">
        <ProcessesPanel isVisible />
      </TabsContent>
      <TabsContent value="ports" className="min-h-0 flex-1">
        <PortsPanel />
      </TabsContent>
    </Tabs>
  )
}

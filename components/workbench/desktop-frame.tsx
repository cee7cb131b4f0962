'use client'

import { useEffect, useRef } from 'react'
import { Group, Panel, Separator, useDefaultLayout, usePanelRef } from 'react-resizable-panels'
import { cn } from '@/components/ui/class-names'
import { BottomPanel } from './bottom-panel'
import { EditorArea } from './editor-area'
import { PreviewPane } from './preview-pane'
import { Rail } from './rail'
import { SideFiles } from './side-files'
import { SideSearch } from './side-search'
import { StatusBar } from './status-bar'
import { useStore } from './store'
import { useWorkbench } from './workbench-context'

/** Side bar, editor over panel, preview; their sizes are kept. */
export function DesktopFrame({ onCloseFile }: { onCloseFile: (path: string) => void }) {
  const { core } = useWorkbench()
  const { isSideOpen, side, isPreviewOpen } = useStore(core.view.state)
  const panelIds = ['side', 'center', 'preview'].filter(
    (id) => (id !== 'side' || isSideOpen) && (id !== 'preview' || isPreviewOpen),
  )
  const layout = useDefaultLayout({ id: core.storageKey('columns'), panelIds, storage: localStorage })
  return (
    <>
      <main className="flex min-h-0 flex-1">
        <Rail />
        <Group className="min-w-0 flex-1" {...layout}>
          {isSideOpen && (
            <>
              <Panel
                id="side"
                defaultSize={236}
                minSize={160}
                maxSize="50%"
                groupResizeBehavior="preserve-pixel-size"
              >
                {side === 'files' ? <SideFiles /> : <SideSearch />}
              </Panel>
              <ColumnSeparator label="Resize side bar" />
            </>
          )}
          <Panel id="center" minSize={240}>
            <Center onCloseFile={onCloseFile} />
          </Panel>
          {isPreviewOpen && (
            <>
              <ColumnSeparator label="Resize preview" />
              <Panel id="preview" defaultSize="38%" minSize={240}>
                <PreviewPane />
              </Panel>
            </>
          )}
        </Group>
      </main>
      <StatusBar />
    </>
  )
}

/** Ten lines of a terminal. */
const PANEL_HEIGHT_PX = 248

/** The panel is collapsed, not taken away: its terminals stay as they are. */
function Center({ onCloseFile }: { onCloseFile: (path: string) => void }) {
  const { core } = useWorkbench()
  const { isPanelOpen } = useStore(core.view.state)
  const panel = usePanelRef()
  const layout = useDefaultLayout({ id: core.storageKey('rows'), storage: localStorage })
  const openHeightPx = useRef(PANEL_HEIGHT_PX)

  useEffect(() => {
    if (!isPanelOpen) panel.current?.collapse()
    // Not `expand`: of a panel that was hidden when the page came, it knows no height, and takes the least.
    else if (panel.current?.isCollapsed()) panel.current.resize(openHeightPx.current)
  }, [isPanelOpen, panel])

  return (
    <Group orientation="vertical" className="h-full" {...layout}>
      <Panel id="editor" minSize={80}>
        <EditorArea onCloseFile={onCloseFile} />
      </Panel>
      <Separator
        aria-label="Resize panel"
        className={cn(SEPARATOR, 'h-px after:inset-x-0 after:-inset-y-1', !isPanelOpen && 'invisible')}
      />
      <Panel
        id="panel"
        panelRef={panel}
        collapsible
        collapsedSize={0}
        defaultSize={PANEL_HEIGHT_PX}
        minSize={96}
        groupResizeBehavior="preserve-pixel-size"
        onResize={(size) => {
          const isOpen = size.inPixels > 0
          if (isOpen) openHeightPx.current = size.inPixels
          if (isOpen !== core.view.state.get().isPanelOpen) core.view.set({ isPanelOpen: isOpen })
        }}
      >
        <BottomPanel isVisible={isPanelOpen} />
      </Panel>
    </Group>
  )
}

function ColumnSeparator({ label }: { label: string }) {
  return <Separator aria-label={label} className={cn(SEPARATOR, 'w-px after:-inset-x-1 after:inset-y-0')} />
}

/** A line of one pixel with a wider place to take it by. */
const SEPARATOR =
  "relative z-10 bg-line outline-none after:absolute after:content-[''] data-[separator=active]:bg-accent data-[separator=hover]:bg-accent focus-visible:bg-accent"

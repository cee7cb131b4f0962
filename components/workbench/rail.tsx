'use client'

import { Files, PanelBottom, PanelRight, Search } from 'lucide-react'
import { IconButton } from '@/components/ui/icon-button'
import { keys } from './keys'
import { useStore } from './store'
import { useWorkbench } from './workbench-context'

/** The parts that can be shown or hidden, at the left edge. */
export function Rail() {
  const { core } = useWorkbench()
  const { view } = core
  const { side, isSideOpen, isPanelOpen, isPreviewOpen } = useStore(view.state)
  return (
    <nav
      aria-label="Parts"
      className="flex w-11 shrink-0 flex-col items-center gap-1 border-r bg-surface py-1.5"
    >
      <IconButton
        label="Files"
        shortcut={keys.explorer}
        tooltipSide="right"
        aria-pressed={isSideOpen && side === 'files'}
        onClick={() => view.toggleSide('files')}
      >
        <Files />
      </IconButton>
      <IconButton
        label="Search"
        shortcut={keys.search}
        tooltipSide="right"
        aria-pressed={isSideOpen && side === 'search'}
        onClick={() => view.toggleSide('search')}
      >
        <Search />
      </IconButton>
      <IconButton
        label="Panel"
        shortcut={keys.panel}
        tooltipSide="right"
        className="mt-auto"
        aria-pressed={isPanelOpen}
        onClick={() => view.set({ isPanelOpen: !isPanelOpen })}
      >
        <PanelBottom />
      </IconButton>
      <IconButton
        label="Preview"
        tooltipSide="right"
        aria-pressed={isPreviewOpen}
        onClick={() => view.set({ isPreviewOpen: !isPreviewOpen })}
      >
        <PanelRight />
      </IconButton>
    </nav>
  )
}

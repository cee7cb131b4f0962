'use client'

import { X } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import { IconButton } from '@/components/ui/icon-button'
import { PanelNote } from './panel-state'
import { PreviewFrame } from './preview-frame'
import { usePorts, useServerNames } from './queries'
import { useStore } from './store'
import { useWorkbench } from './workbench-context'

/** What the sandbox's servers show, a tab for each port. Frames stay alive behind one another. */
export function PreviewPane() {
  const { core } = useWorkbench()
  const { view } = core
  const { previews, activePreview } = useStore(view.state)
  const ports = usePorts().data ?? []
  const names = useServerNames()
  if (previews.length === 0) {
    return (
      <section aria-label="Preview" className="h-full bg-surface">
        <NothingChosen />
      </section>
    )
  }
  return (
    <section aria-label="Preview" className="flex h-full min-w-0 flex-col bg-surface">
      <div className="flex h-9 shrink-0 items-stretch border-b pointer-coarse:h-12">
        <div
          role="tablist"
          aria-label="Previews"
          className="flex min-w-0 flex-1 [scrollbar-width:none] overflow-x-auto"
        >
          {previews.map((port) => (
            <PreviewTab
              key={port}
              port={port}
              server={names.get(port)}
              isActive={port === activePreview}
              onActivate={() => view.set({ activePreview: port })}
              onClose={() => view.closePreview(port)}
            />
          ))}
        </div>
        <IconButton
          label="Close preview"
          size="small"
          className="mx-1 self-center max-md:hidden"
          onClick={() => view.set({ isPreviewOpen: false })}
        >
          <X />
        </IconButton>
      </div>
      {previews.map((port) => (
        <PreviewFrame
          key={port}
          port={port}
          isVisible={port === activePreview}
          isListening={ports.some((each) => each.port === port)}
        />
      ))}
    </section>
  )
}

/** What listens can be chosen here: on a phone the list of ports is in another pane. */
function NothingChosen() {
  const { core } = useWorkbench()
  const servers = useServerNames()
  const ports = usePorts().data ?? []
  // A port that listens on several addresses is one to choose.
  const programs = new Map(ports.map(({ port, process_name }) => [port, process_name] as const))
  const choices = [...programs].sort(([left], [right]) => left - right)
  if (choices.length === 0) {
    return (
      <PanelNote
        title="Nothing to preview yet"
        text="Start a server in the terminal, and its page appears here."
      />
    )
  }
  return (
    <PanelNote title="Choose what to preview" text="These ports listen in the sandbox.">
      <ul aria-label="Ports that listen" className="flex max-w-md flex-wrap justify-center gap-2">
        {choices.map(([port, program]) => (
          <li key={port}>
            <Button onClick={() => core.openPreview(port)}>
              <span className="tabular-nums">{portTitle(port, servers.get(port))}</span>
              {program && <span className="text-ink-2">{program}</span>}
            </Button>
          </li>
        ))}
      </ul>
    </PanelNote>
  )
}

function portTitle(port: number, server: string | undefined): string {
  return server === undefined ? `Port ${port}` : `${server} · port ${port}`
}

type PreviewTabProps = {
  port: number
  server: string | undefined
  isActive: boolean
  onActivate: () => void
  onClose: () => void
}

function PreviewTab({ port, server, isActive, onActivate, onClose }: PreviewTabProps) {
  return (
    <div
      role="none"
      className={cn(
        'group flex shrink-0 items-center border-r text-13 text-ink-2 hover:text-ink',
        isActive && 'bg-bg text-ink shadow-[inset_0_2px_var(--accent)]',
      )}
      onAuxClick={(event) => event.button === 1 && onClose()}
    >
      <button
        type="button"
        role="tab"
        aria-selected={isActive}
        aria-keyshortcuts="Delete"
        className="h-full pr-1 pl-4 tabular-nums focus-visible:-outline-offset-2"
        onClick={onActivate}
        onKeyDown={(event) => event.key === 'Delete' && onClose()}
      >
        {portTitle(port, server)}
      </button>
      <button
        type="button"
        aria-hidden
        tabIndex={-1}
        title={`Close preview of port ${port}`}
        className="mr-1 grid size-6 place-items-center rounded-small text-ink-3 hover:bg-hover hover:text-ink pointer-coarse:size-11"
        onClick={onClose}
      >
        <X className={cn('size-3.5', !isActive && 'opacity-0 group-hover:opacity-100')} />
      </button>
    </div>
  )
}

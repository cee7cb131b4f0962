'use client'

import { Pencil, Plus, X } from 'lucide-react'
import { useState } from 'react'
import { cn } from '@/components/ui/class-names'
import {
  ContextMenu,
  ContextMenuContent,
  ContextMenuItem,
  ContextMenuTrigger,
} from '@/components/ui/context-menu'
import { IconButton } from '@/components/ui/icon-button'
import { NameField } from './name-field'
import { runAction } from './run-action'
import type { TerminalTabsState } from './use-terminals'

/** One tab for each terminal, and one more on demand. */
export function TerminalTabs({ tabs, canEdit }: { tabs: TerminalTabsState; canEdit: boolean }) {
  const [renamingId, setRenamingId] = useState<string | null>(null)
  return (
    <div className="flex min-w-0 items-center gap-1">
      <div
        role="tablist"
        aria-label="Terminals"
        className="flex min-w-0 [scrollbar-width:none] gap-1 overflow-x-auto"
      >
        {tabs.terminals.map(({ id }) => (
          <TerminalTab
            key={id}
            name={tabs.names.get(id) ?? 'shell'}
            isActive={id === tabs.activeId}
            isRenaming={id === renamingId}
            canEdit={canEdit}
            onActivate={() => tabs.activate(id)}
            onRename={() => setRenamingId(id)}
            onNamed={(name) => {
              setRenamingId(null)
              if (name) tabs.rename(id, name)
            }}
            onClose={() => runAction(() => tabs.close(id))}
          />
        ))}
      </div>
      {canEdit && (
        <IconButton
          size="small"
          label="New terminal"
          isBusy={tabs.isCreating}
          onClick={() => runAction(tabs.create)}
        >
          <Plus />
        </IconButton>
      )}
    </div>
  )
}

type TerminalTabProps = {
  name: string
  isActive: boolean
  isRenaming: boolean
  canEdit: boolean
  onActivate: () => void
  onRename: () => void
  onNamed: (name: string | null) => void
  onClose: () => void
}

function TerminalTab(props: TerminalTabProps) {
  const { name, isActive, canEdit, onClose } = props
  if (props.isRenaming) {
    return (
      <div className="w-32">
        <NameField label="Name of the terminal" initial={name} onDone={props.onNamed} />
      </div>
    )
  }
  return (
    <ContextMenu>
      <ContextMenuTrigger asChild>
        <div
          role="none"
          className={cn(
            'group flex h-6 shrink-0 items-center rounded-full border border-transparent text-12 text-ink-2 hover:text-ink pointer-coarse:h-11',
            isActive && 'border-line bg-surface text-ink',
          )}
          onAuxClick={(event) => event.button === 1 && canEdit && onClose()}
        >
          <button
            type="button"
            role="tab"
            aria-selected={isActive}
            aria-keyshortcuts="Delete F2"
            className="h-full rounded-full pr-1 pl-3"
            onClick={props.onActivate}
            onDoubleClick={props.onRename}
            onKeyDown={(event) => {
              if (event.key === 'Delete' && canEdit) onClose()
              if (event.key === 'F2') props.onRename()
            }}
          >
            {name}
          </button>
          {canEdit && (
            <button
              type="button"
              aria-hidden
              tabIndex={-1}
              title={`End terminal ${name}`}
              className={cn(
                'grid size-5 place-items-center rounded-full text-ink-3 hover:bg-hover hover:text-ink pointer-coarse:size-11',
                !isActive && 'opacity-0 group-hover:opacity-100',
              )}
              onClick={onClose}
            >
              <X className="size-3" />
            </button>
          )}
        </div>
      </ContextMenuTrigger>
      <ContextMenuContent onCloseAutoFocus={(event) => event.preventDefault()}>
        <ContextMenuItem onSelect={props.onRename}>
          <Pencil /> Rename
        </ContextMenuItem>
        {canEdit && (
          <ContextMenuItem isDanger onSelect={onClose}>
            <X /> End terminal
          </ContextMenuItem>
        )}
      </ContextMenuContent>
    </ContextMenu>
  )
}

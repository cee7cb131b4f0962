'use client'

import { X } from 'lucide-react'
import { type DragEvent, useEffect, useRef } from 'react'
import { cn } from '@/components/ui/class-names'
import { baseName } from './file-paths'
import { DRAGGED_PATH } from './file-tree-row'
import type { OpenFile } from './open-file'
import { shownName } from './shown-name'

export type EditorTabsProps = {
  files: readonly OpenFile[]
  activePath: string | null
  onActivate: (path: string) => void
  onKeep: (path: string) => void
  onClose: (path: string) => void
  onMove: (path: string, beforePath: string | null) => void
}

export function EditorTabs(props: EditorTabsProps) {
  return (
    <div
      role="tablist"
      aria-label="Open files"
      className="flex h-9 shrink-0 [scrollbar-width:none] overflow-x-auto overflow-y-hidden border-b bg-surface pointer-coarse:h-12"
    >
      {props.files.map((file) => (
        <EditorTab key={file.path} file={file} {...props} />
      ))}
    </div>
  )
}

function EditorTab({ file, ...props }: EditorTabsProps & { file: OpenFile }) {
  const { path, isPreview, isDirty } = file
  const isActive = path === props.activePath
  const name = shownName(baseName(path))
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isActive) element.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [isActive])

  function onDrop(event: DragEvent) {
    const dragged = event.dataTransfer.getData(DRAGGED_PATH)
    event.preventDefault()
    if (dragged) props.onMove(dragged, path)
  }

  return (
    <div
      ref={element}
      role="none"
      className={cn(
        'group flex shrink-0 items-center border-r text-13 text-ink-2 hover:text-ink',
        isActive && 'bg-bg text-ink shadow-[inset_0_2px_var(--accent)]',
      )}
      draggable
      onDragStart={(event) => event.dataTransfer.setData(DRAGGED_PATH, path)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={onDrop}
      onAuxClick={(event) => event.button === 1 && props.onClose(path)}
    >
      <button
        type="button"
        role="tab"
        aria-selected={isActive}
        aria-label={isDirty ? `${name}, unsaved` : name}
        aria-keyshortcuts="Delete"
        title={shownName(path)}
        className={cn('h-full pr-1 pl-4 focus-visible:-outline-offset-2', isPreview && 'italic')}
        onClick={() => props.onActivate(path)}
        onDoubleClick={() => props.onKeep(path)}
        onKeyDown={(event) => event.key === 'Delete' && props.onClose(path)}
      >
        <span className={cn(file.problem?.kind === 'deleted' && 'line-through')}>{name}</span>
      </button>
      {/* For the pointer. The tab itself closes by Delete: a tab list may hold nothing but tabs. */}
      <button
        type="button"
        aria-hidden
        tabIndex={-1}
        title={`Close ${name}`}
        className="mr-1 grid size-6 place-items-center rounded-small text-ink-3 hover:bg-hover hover:text-ink pointer-coarse:size-11"
        onClick={() => props.onClose(path)}
      >
        {isDirty && <span className="size-2 rounded-full bg-current group-hover:hidden" />}
        <X
          className={cn(
            'size-3.5',
            isDirty ? 'hidden group-hover:block' : !isActive && 'opacity-0 group-hover:opacity-100',
          )}
        />
      </button>
    </div>
  )
}

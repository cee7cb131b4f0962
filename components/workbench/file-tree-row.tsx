'use client'

import { ChevronRight, File, FileCode, FileImage, FileText, Folder, FolderOpen } from 'lucide-react'
import { type DragEvent, useState } from 'react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import { imageTypeOf, languageOf } from './file-kinds'
import { FileName } from './file-name'
import type { TreeEntry } from './listing'
import { NameField } from './name-field'
import { shownName } from './shown-name'
import type { TreeRow } from './tree-rows'

export type RowActions = {
  onToggle: (entry: TreeEntry, isOpen: boolean) => void
  onOpen: (entry: TreeEntry, isPreview: boolean) => void
  onRetry: (directory: string) => void
  onNameNew: (name: string | null) => void
  onNameExisting: (entry: TreeEntry, name: string | null) => void
  /** Something was dropped on a directory: files of the person's machine, or a path of this tree. */
  onDrop: (directory: string, data: DataTransfer) => void
}

export type FileTreeRowProps = {
  id: string
  row: TreeRow
  topPx: number
  heightPx: number
  isFocused: boolean
  isActive: boolean
  isRenaming: boolean
  canEdit: boolean
  actions: RowActions
}

export const DRAGGED_PATH = 'application/x-sandlot-path'
const INDENT_PX = 14
const FIRST_INDENT_PX = 8
/** The arrow, the icon, and a dozen letters. */
const LEAST_ROW_PX = 132

/** Where a row begins, and the width that it needs at least: in a deep tree more than there is. */
export function rowExtent(depth: number): { startPx: number; widthPx: number } {
  const startPx = FIRST_INDENT_PX + depth * INDENT_PX
  return { startPx, widthPx: startPx + LEAST_ROW_PX }
}

export function FileTreeRow(props: FileTreeRowProps) {
  const { row, topPx, heightPx } = props
  const style = { top: topPx, height: heightPx, paddingLeft: rowExtent(row.depth).startPx }
  if (row.kind === 'note') return <NoteRow {...props} row={row} style={style} />
  if (row.kind === 'new') {
    return (
      <div role="none" className={ROW} style={style}>
        <EntryIcon name="" isDirectory={row.isDirectory} isOpen={false} />
        <NameField
          label={row.isDirectory ? 'Name of the new folder' : 'Name of the new file'}
          initial=""
          onDone={props.actions.onNameNew}
        />
      </div>
    )
  }
  return <EntryRow {...props} row={row} style={style} />
}

const ROW = 'absolute inset-x-0 flex items-center gap-1 pr-2 whitespace-nowrap select-none'

type Styled<Kind extends TreeRow['kind']> = Omit<FileTreeRowProps, 'row'> & {
  row: Extract<TreeRow, { kind: Kind }>
  style: { top: number; height: number; paddingLeft: number }
}

function NoteRow({ row, style, actions }: Styled<'note'>) {
  return (
    <div
      role="none"
      className={cn(ROW, 'pl-6 text-12', row.isFailed ? 'text-bad' : 'text-ink-3')}
      style={style}
    >
      <span className="truncate pl-4" title={row.text}>
        {row.text}
      </span>
      {row.isFailed && (
        <Button size="small" variant="ghost" className="h-5" onClick={() => actions.onRetry(row.directory)}>
          Try again
        </Button>
      )}
    </div>
  )
}

function EntryRow({ id, row, style, isFocused, isActive, isRenaming, canEdit, actions }: Styled<'entry'>) {
  const { entry, isOpen } = row
  const drop = useDropTarget(entry.isDirectory && canEdit, (data) => actions.onDrop(entry.path, data))
  return (
    // The keyboard is the tree's: it says which row is meant by aria-activedescendant.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    // biome-ignore lint/a11y/useFocusableInteractive: see above
    <div
      id={id}
      role="treeitem"
      aria-label={entry.isLink ? `${shownName(entry.name)}, link` : shownName(entry.name)}
      aria-level={row.depth + 1}
      aria-expanded={entry.isDirectory ? isOpen : undefined}
      aria-selected={isActive}
      data-path={entry.path}
      draggable={canEdit && !isRenaming}
      style={style}
      className={cn(
        ROW,
        'cursor-pointer hover:bg-hover',
        isActive && 'bg-selected shadow-[inset_2px_0_var(--accent)] hover:bg-selected',
        isFocused &&
          'in-focus-visible:outline-1 in-focus-visible:-outline-offset-1 in-focus-visible:outline-accent',
        drop.isOver && 'bg-accent-soft',
        isDimmed(entry) && 'text-ink-3',
      )}
      onClick={() => (entry.isDirectory ? actions.onToggle(entry, !isOpen) : actions.onOpen(entry, true))}
      onDoubleClick={() => !entry.isDirectory && actions.onOpen(entry, false)}
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAGGED_PATH, entry.path)
        event.dataTransfer.effectAllowed = 'move'
      }}
      {...drop.handlers}
    >
      <EntryIcon name={entry.name} isDirectory={entry.isDirectory} isOpen={isOpen} />
      {isRenaming ? (
        <NameField
          label={`New name of ${shownName(entry.name)}`}
          initial={entry.name}
          onDone={(name) => actions.onNameExisting(entry, name)}
        />
      ) : (
        <FileName name={entry.name} path={entry.path} />
      )}
      {entry.isLink && <span className="text-11 text-ink-3">link</span>}
    </div>
  )
}

/** Made by machines, looked at seldom. */
function isDimmed(entry: TreeEntry): boolean {
  return (
    entry.isDirectory &&
    ['node_modules', '.git', '__pycache__', '.venv', 'dist', '.next'].includes(entry.name)
  )
}

function EntryIcon({ name, isDirectory, isOpen }: { name: string; isDirectory: boolean; isOpen: boolean }) {
  if (isDirectory) {
    const FolderIcon = isOpen ? FolderOpen : Folder
    return (
      <>
        <ChevronRight aria-hidden className={cn('size-3.5 shrink-0 text-ink-3', isOpen && 'rotate-90')} />
        <FolderIcon aria-hidden className="size-4 shrink-0 text-ink-2" strokeWidth={1.6} />
      </>
    )
  }
  const Icon = iconOf(name)
  return (
    <>
      <span className="w-3.5 shrink-0" />
      <Icon aria-hidden className="size-4 shrink-0 text-ink-3" strokeWidth={1.6} />
    </>
  )
}

function iconOf(name: string) {
  if (imageTypeOf(name) || name.endsWith('.svg')) return FileImage
  const { id } = languageOf(name)
  if (id === 'plaintext') return File
  return id === 'markdown' ? FileText : FileCode
}

function useDropTarget(isTarget: boolean, onDrop: (data: DataTransfer) => void) {
  const [isOver, setIsOver] = useState(false)
  if (!isTarget) return { isOver: false, handlers: {} }
  const handlers = {
    onDragOver(event: DragEvent) {
      event.preventDefault()
      event.stopPropagation()
      setIsOver(true)
    },
    onDragLeave: () => setIsOver(false),
    onDrop(event: DragEvent) {
      event.preventDefault()
      event.stopPropagation()
      setIsOver(false)
      onDrop(event.dataTransfer)
    },
  }
  return { isOver, handlers }
}

'use client'

import { type KeyboardEvent, type MouseEvent, useEffect, useRef } from 'react'
import { FileTreeRow, type RowActions, rowExtent } from './file-tree-row'
import type { TreeEntry } from './listing'
import type { TreeRow } from './tree-rows'
import { scrollRowIntoView, useFixedRows } from './use-fixed-rows'

const ROW_HEIGHT_PX = 24
/** Fingers need more. */
const TOUCH_ROW_HEIGHT_PX = 44

export type FileTreeProps = {
  rows: readonly TreeRow[]
  label: string
  /** The row that the keyboard acts on. */
  focusPath: string | null
  activePath: string | null
  renamingPath: string | null
  canEdit: boolean
  actions: RowActions & {
    onFocusRow: (path: string) => void
    onRename: (entry: TreeEntry) => void
    onDelete: (entry: TreeEntry) => void
    onContextMenu: (entry: TreeEntry | null) => void
  }
}

/** The visible rows of a tree of any size; keys as in every file tree. */
export function FileTree(props: FileTreeProps) {
  const { rows, focusPath, actions } = props
  const scroller = useRef<HTMLDivElement>(null)
  const isTouch = typeof matchMedia !== 'undefined' && matchMedia('(pointer: coarse)').matches
  const rowHeightPx = isTouch ? TOUCH_ROW_HEIGHT_PX : ROW_HEIGHT_PX
  const { first, last, totalPx } = useFixedRows(scroller, rows.length, rowHeightPx)
  const focusIndex = rows.findIndex((row) => row.kind === 'entry' && row.entry.path === focusPath)

  const focusDepth = rows[focusIndex]?.depth ?? 0

  useEffect(() => {
    if (focusIndex < 0 || !scroller.current) return
    scrollRowIntoView(scroller.current, focusIndex, rowHeightPx)
    scrollNameIntoView(scroller.current, focusDepth)
  }, [focusIndex, focusDepth, rowHeightPx])

  function onKeyDown(event: KeyboardEvent) {
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return
    if (actOnKey(event.key, focusIndex, props)) event.preventDefault()
  }

  function onContextMenu(event: MouseEvent) {
    const path = (event.target as Element).closest('[data-path]')?.getAttribute('data-path')
    const row = rows.find((each) => each.kind === 'entry' && each.entry.path === path)
    actions.onContextMenu(row?.kind === 'entry' ? row.entry : null)
    if (path) actions.onFocusRow(path)
  }

  return (
    <div
      ref={scroller}
      role="tree"
      aria-label={props.label}
      aria-activedescendant={focusIndex >= 0 ? rowId(focusIndex) : undefined}
      tabIndex={0}
      className="h-full overflow-auto py-1 text-13 outline-none focus-visible:outline-2 focus-visible:-outline-offset-2"
      onKeyDown={onKeyDown}
      onContextMenu={onContextMenu}
    >
      <div role="none" className="relative min-w-full" style={{ height: totalPx, width: widthOf(rows) }}>
        {rows.slice(first, last).map((row, at) => {
          const index = first + at
          return (
            <FileTreeRow
              key={row.key}
              id={rowId(index)}
              row={row}
              topPx={index * rowHeightPx}
              heightPx={rowHeightPx}
              isFocused={index === focusIndex}
              isActive={row.kind === 'entry' && row.entry.path === props.activePath}
              isRenaming={row.kind === 'entry' && row.entry.path === props.renamingPath}
              canEdit={props.canEdit}
              actions={actions}
            />
          )
        })}
      </div>
    </div>
  )
}

/** In a deep tree more than there is: it scrolls sideways then, instead of hiding names behind its edge. */
function widthOf(rows: readonly TreeRow[]): number {
  const depth = rows.reduce((deepest, row) => Math.max(deepest, row.depth), 0)
  return rowExtent(depth).widthPx
}

function scrollNameIntoView(element: HTMLElement, depth: number): void {
  const { startPx, widthPx } = rowExtent(depth)
  if (widthPx > element.scrollLeft + element.clientWidth) element.scrollLeft = widthPx - element.clientWidth
  else if (startPx < element.scrollLeft) element.scrollLeft = depth === 0 ? 0 : startPx
}

function rowId(index: number): string {
  return `tree-row-${index}`
}

/** Whether the key meant something here. */
function actOnKey(key: string, index: number, { rows, actions, canEdit }: FileTreeProps): boolean {
  const row = rows[index]
  const entry = row?.kind === 'entry' ? row.entry : null
  const step = STEPS[key]
  if (step !== undefined) return focusFrom(rows, index < 0 && step > 0 ? -1 : index, step, actions.onFocusRow)
  if (!entry || row?.kind !== 'entry') return false
  if (key === 'Enter' || key === ' ') {
    if (entry.isDirectory) actions.onToggle(entry, !row.isOpen)
    else actions.onOpen(entry, key === ' ')
  } else if (key === 'ArrowRight') {
    if (entry.isDirectory && !row.isOpen) actions.onToggle(entry, true)
    else if (entry.isDirectory) focusFirstChild(rows, index, actions.onFocusRow)
  } else if (key === 'ArrowLeft') {
    if (entry.isDirectory && row.isOpen) actions.onToggle(entry, false)
    else focusParent(rows, index, actions.onFocusRow)
  } else if (key === 'F2' && canEdit) actions.onRename(entry)
  else if (key === 'Delete' && canEdit) actions.onDelete(entry)
  else if (key.length === 1) return focusByLetter(rows, index, key, actions.onFocusRow)
  else return false
  return true
}

const PAGE_ROWS = 20
const STEPS: Record<string, number> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: PAGE_ROWS,
  PageUp: -PAGE_ROWS,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
}

function focusFrom(
  rows: readonly TreeRow[],
  index: number,
  step: number,
  focus: (path: string) => void,
): boolean {
  const direction = step > 0 ? 1 : -1
  let at = Math.min(rows.length - 1, Math.max(0, index + step))
  // Notes are no rows to stand on: go on in the same direction, then back.
  while (rows[at] && rows[at]?.kind !== 'entry') at += direction
  const row = rows[at]
  if (row?.kind === 'entry') focus(row.entry.path)
  return true
}

/** Where it has none, or none yet, the focus stays: the next row is somebody else's child. */
function focusFirstChild(rows: readonly TreeRow[], index: number, focus: (path: string) => void): void {
  const [row, next] = rows.slice(index, index + 2)
  if (row && next?.kind === 'entry' && next.depth > row.depth) focus(next.entry.path)
}

function focusParent(rows: readonly TreeRow[], index: number, focus: (path: string) => void): void {
  const depth = rows[index]?.depth ?? 0
  for (let at = index - 1; at >= 0; at--) {
    const row = rows[at]
    if (row?.kind === 'entry' && row.depth < depth) {
      focus(row.entry.path)
      return
    }
  }
}

function focusByLetter(
  rows: readonly TreeRow[],
  index: number,
  letter: string,
  focus: (path: string) => void,
): boolean {
  for (let step = 1; step <= rows.length; step++) {
    const row = rows[(index + step) % rows.length]
    if (row?.kind === 'entry' && row.entry.name.toLowerCase().startsWith(letter.toLowerCase())) {
      focus(row.entry.path)
      return true
    }
  }
  return false
}

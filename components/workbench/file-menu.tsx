'use client'

import {
  Copy,
  Download,
  FilePlus,
  FolderPlus,
  Pencil,
  SquareArrowOutUpRight,
  Trash2,
  Upload,
} from 'lucide-react'
import { ContextMenuContent, ContextMenuItem, ContextMenuSeparator } from '@/components/ui/context-menu'
import { parentPath, relativePath } from './file-paths'
import { keys } from './keys'
import type { TreeEntry } from './listing'
import { copyText } from './run-action'

export type FileMenuProps = {
  /** Null: the space below all rows. */
  entry: TreeEntry | null
  root: string
  canEdit: boolean
  onOpen: (entry: TreeEntry) => void
  onNew: (directory: string, isDirectory: boolean) => void
  onUpload: (directory: string) => void
  onRename: (entry: TreeEntry) => void
  onDelete: (entry: TreeEntry) => void
  downloadUrl: (path: string) => string
}

export function FileMenu(props: FileMenuProps) {
  const { entry, root, canEdit } = props
  const directory = entry ? (entry.isDirectory ? entry.path : parentPath(entry.path)) : root
  return (
    // The field for a name takes the focus; the menu must not take it back.
    <ContextMenuContent onCloseAutoFocus={(event) => event.preventDefault()}>
      {entry && !entry.isDirectory && (
        <ContextMenuItem onSelect={() => props.onOpen(entry)}>
          <SquareArrowOutUpRight /> Open
        </ContextMenuItem>
      )}
      {canEdit && (
        <>
          <ContextMenuItem onSelect={() => props.onNew(directory, false)}>
            <FilePlus /> New file
          </ContextMenuItem>
          <ContextMenuItem onSelect={() => props.onNew(directory, true)}>
            <FolderPlus /> New folder
          </ContextMenuItem>
          <ContextMenuItem onSelect={() => props.onUpload(directory)}>
            <Upload /> Upload files
          </ContextMenuItem>
        </>
      )}
      {entry && <EntryItems {...props} entry={entry} />}
    </ContextMenuContent>
  )
}

function EntryItems(props: FileMenuProps & { entry: TreeEntry }) {
  const { entry, root, canEdit } = props
  return (
    <>
      <ContextMenuSeparator />
      {!entry.isDirectory && (
        <ContextMenuItem onSelect={() => download(props.downloadUrl(entry.path), entry.name)}>
          <Download /> Download
        </ContextMenuItem>
      )}
      <ContextMenuItem onSelect={() => void copyText(entry.path, 'Path')}>
        <Copy /> Copy path
      </ContextMenuItem>
      <ContextMenuItem onSelect={() => void copyText(relativePath(entry.path, root), 'Relative path')}>
        <Copy /> Copy relative path
      </ContextMenuItem>
      {canEdit && (
        <>
          <ContextMenuSeparator />
          <ContextMenuItem shortcut={keys.rename} onSelect={() => props.onRename(entry)}>
            <Pencil /> Rename
          </ContextMenuItem>
          <ContextMenuItem isDanger shortcut={keys.remove} onSelect={() => props.onDelete(entry)}>
            <Trash2 /> Delete
          </ContextMenuItem>
        </>
      )}
    </>
  )
}

/** The browser saves it: the server says that it is an attachment. */
export function download(url: string, name: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}

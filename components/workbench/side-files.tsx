'use client'

import { FilePlus, FolderPlus, RefreshCw, Upload as UploadIcon } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { ContextMenu, ContextMenuTrigger } from '@/components/ui/context-menu'
import { IconButton } from '@/components/ui/icon-button'
import { FileMenu } from './file-menu'
import { joinPath, parentPath } from './file-paths'
import { FileTree } from './file-tree'
import type { TreeEntry } from './listing'
import { useDirectories } from './queries'
import { runAction } from './run-action'
import { SideHeader } from './side-header'
import { useStore } from './store'
import { pathBeside, type TreeShape, treeRows } from './tree-rows'
import { UploadList } from './upload-list'
import { useFileActions } from './use-file-actions'
import { useWorkbench } from './workbench-context'

/** The files of the sandbox: the tree with all that can be done in it. */
export function SideFiles() {
  const { core, info, canEdit } = useWorkbench()
  const root = info.directory
  const openDirectories = useStore(core.openDirectories)
  const { activePath } = useStore(core.files.state)
  const { uploads } = core
  const actions = useFileActions(uploads)
  const [focusPath, setFocusPath] = useState<string | null>(null)
  const [renamingPath, setRenamingPath] = useState<string | null>(null)
  const [menuEntry, setMenuEntry] = useState<TreeEntry | null>(null)
  const [draft, setDraft] = useState<TreeShape['draft']>(null)
  const fileInput = useRef<HTMLInputElement>(null)
  const uploadTarget = useRef(root)

  const paths = useMemo(() => [root, ...openDirectories], [root, openDirectories])
  const { directories, retry } = useDirectories(paths)
  const rows = useMemo(
    () => treeRows({ root, openDirectories, directories, draft }),
    [root, openDirectories, directories, draft],
  )

  // The tree follows the editor.
  useEffect(() => {
    if (!activePath) return
    core.reveal(activePath, root)
    setFocusPath(activePath)
  }, [activePath, core, root])

  function startDraft(directory: string, isDirectory: boolean) {
    if (directory !== root) core.setDirectoryOpen(directory, true)
    setDraft({ directory, isDirectory })
  }

  async function create(at: NonNullable<TreeShape['draft']>, name: string) {
    await actions.create(at.directory, name, at.isDirectory)
    setFocusPath(joinPath(at.directory, name))
  }

  async function rename(entry: TreeEntry, to: string) {
    await actions.move(entry.path, to, entry.isDirectory)
    setFocusPath(to)
  }

  function remove(entry: TreeEntry) {
    const next = pathBeside(rows, entry.path)
    actions.remove(entry, () => setFocusPath(next))
  }

  function startUpload(directory: string) {
    uploadTarget.current = directory
    fileInput.current?.click()
  }

  function openFile(path: string, isPreview: boolean) {
    core.files.open(path, { isPreview })
    core.view.set({ phonePane: 'code' })
  }

  /** Where "new" and "upload" go: into the directory that the tree stands on, or beside the file. */
  function currentDirectory(): string {
    const row = rows.find((each) => each.kind === 'entry' && each.entry.path === focusPath)
    if (row?.kind !== 'entry') return root
    return row.entry.isDirectory ? row.entry.path : parentPath(row.entry.path)
  }

  return (
    <section
      aria-label="Files"
      className="flex h-full min-h-0 flex-col bg-surface"
      onDragOver={(event) => canEdit && event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        if (canEdit) actions.drop(root, event.dataTransfer)
      }}
    >
      <SideHeader title="Files">
        {canEdit && (
          <>
            <IconButton size="small" label="New file" onClick={() => startDraft(currentDirectory(), false)}>
              <FilePlus />
            </IconButton>
            <IconButton size="small" label="New folder" onClick={() => startDraft(currentDirectory(), true)}>
              <FolderPlus />
            </IconButton>
            <IconButton size="small" label="Upload files" onClick={() => startUpload(currentDirectory())}>
              <UploadIcon />
            </IconButton>
          </>
        )}
        <IconButton
          size="small"
          label="Refresh files"
          onClick={() => runAction(() => core.refreshFiles(root))}
        >
          <RefreshCw />
        </IconButton>
      </SideHeader>
      <ContextMenu>
        <ContextMenuTrigger asChild>
          <div className="min-h-0 flex-1">
            {rows.length === 0 ? (
              <EmptyTree canEdit={canEdit} />
            ) : (
              <FileTree
                rows={rows}
                label="Files of the sandbox"
                focusPath={focusPath}
                activePath={activePath}
                renamingPath={renamingPath}
                canEdit={canEdit}
                actions={{
                  onToggle: (entry, isOpen) => {
                    setFocusPath(entry.path)
                    core.setDirectoryOpen(entry.path, isOpen)
                  },
                  onOpen: (entry, isPreview) => {
                    setFocusPath(entry.path)
                    openFile(entry.path, isPreview)
                  },
                  onRetry: retry,
                  onNameNew: (name) => {
                    setDraft(null)
                    if (name && draft) runAction(() => create(draft, name))
                  },
                  onNameExisting: (entry, name) => {
                    setRenamingPath(null)
                    const to = joinPath(parentPath(entry.path), name ?? '')
                    if (name) runAction(() => rename(entry, to))
                  },
                  onDrop: actions.drop,
                  onFocusRow: setFocusPath,
                  onRename: (entry) => setRenamingPath(entry.path),
                  onDelete: remove,
                  onContextMenu: setMenuEntry,
                }}
              />
            )}
          </div>
        </ContextMenuTrigger>
        <FileMenu
          entry={menuEntry}
          root={root}
          canEdit={canEdit}
          onOpen={(entry) => openFile(entry.path, false)}
          onNew={startDraft}
          onUpload={startUpload}
          onRename={(entry) => setRenamingPath(entry.path)}
          onDelete={remove}
          downloadUrl={(path) => core.client.rawUrl(path)}
        />
      </ContextMenu>
      <UploadList uploads={uploads} />
      <input
        ref={fileInput}
        type="file"
        multiple
        hidden
        aria-label="Files to upload"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])]
          uploads.add(files.map((file) => ({ path: joinPath(uploadTarget.current, file.name), file })))
          event.target.value = ''
        }}
      />
    </section>
  )
}

function EmptyTree({ canEdit }: { canEdit: boolean }) {
  return (
    <p className="px-4 py-2 text-13 text-ink-3">
      {canEdit
        ? 'No files yet. Create one above, drop some here, or make them in the terminal.'
        : 'No files yet. They appear here as they are made.'}
    </p>
  )
}

'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useConfirm } from './confirm'
import { droppedFiles } from './dropped-files'
import { baseName, isWithin, joinPath, parentPath } from './file-paths'
import { DRAGGED_PATH } from './file-tree-row'
import { applyEvents, type FileEvent, type TreeEntry } from './listing'
import { queryKeys } from './query-keys'
import { runAction } from './run-action'
import { shownName } from './shown-name'
import type { Uploads } from './uploads'
import { useWorkbench } from './workbench-context'

/** What can be done to files from the tree. The listing is changed at once, not first when the watcher tells of it. */
export function useFileActions(uploads: Uploads) {
  const { core } = useWorkbench()
  const queries = useQueryClient()
  const confirm = useConfirm()

  function apply(event: FileEvent): void {
    queries.setQueryData<TreeEntry[]>(queryKeys.directory(parentPath(event.path)), (entries) =>
      entries ? applyEvents(entries, [event]) : entries,
    )
  }

  async function create(directory: string, name: string, isDirectory: boolean): Promise<void> {
    const path = joinPath(directory, name)
    if (isDirectory) await core.client.makeDirectory(path)
    else await core.client.write(path, '', { ifNoneMatch: '*' })
    // A name may have brought directories with it.
    const first = joinPath(directory, name.split('/')[0] ?? name)
    apply({ event: isDirectory || first !== path ? 'addDir' : 'add', path: first })
    core.reveal(path, directory)
    if (isDirectory) core.setDirectoryOpen(path, true)
    else core.files.open(path)
  }

  async function move(from: string, to: string, isDirectory: boolean): Promise<void> {
    await core.client.move(from, to)
    apply({ event: isDirectory ? 'unlinkDir' : 'unlink', path: from })
    apply({ event: isDirectory ? 'addDir' : 'add', path: to })
    await core.files.moved(from, to)
  }

  function remove(entry: TreeEntry, onRemoved: () => void): void {
    const { name, path, isDirectory } = entry
    confirm({
      title: `Delete ${shownName(name)}?`,
      description: isDirectory
        ? 'The folder and everything in it will be gone from the sandbox.'
        : 'The file will be gone from the sandbox.',
      confirmLabel: 'Delete',
      act: async () => {
        await core.client.remove(path)
        apply({ event: isDirectory ? 'unlinkDir' : 'unlink', path })
        for (const file of core.files.state.get().files) {
          if (isWithin(file.path, path) && !file.isDirty) core.files.close(file.path)
        }
        onRemoved()
      },
    })
  }

  function drop(directory: string, data: DataTransfer): void {
    const from = data.getData(DRAGGED_PATH)
    if (!from) {
      runAction(async () => uploads.add(await droppedFiles(data, directory)))
      return
    }
    const to = joinPath(directory, baseName(from))
    if (to === from || isWithin(directory, from)) return
    const siblings = queries.getQueryData<TreeEntry[]>(queryKeys.directory(parentPath(from)))
    const isDirectory = siblings?.find((entry) => entry.path === from)?.isDirectory ?? false
    runAction(() => move(from, to, isDirectory))
  }

  return { create, move, remove, drop }
}

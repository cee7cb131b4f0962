import type { FileInfo, WorkbenchEvent } from '@/lib/protocol/workbench'
import { baseName, parentPath } from './file-paths'

export type TreeEntry = {
  name: string
  path: string
  isDirectory: boolean
  isLink: boolean
  sizeBytes: number
}
export type FileEvent = Extract<WorkbenchEvent, { type: 'files' }>['events'][number]

/** From here on names are compared by their code units: a collator takes seconds for 100,000 of them. */
const COLLATE_BELOW = 2000
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

export function entryOf(file: FileInfo): TreeEntry {
  const { name, path, is_dir: isDirectory, is_symlink: isLink = false, size } = file
  return { name, path, isDirectory, isLink, sizeBytes: size }
}

/** Directories first, then by name. */
export function sortEntries(entries: TreeEntry[]): TreeEntry[] {
  const compare =
    entries.length < COLLATE_BELOW
      ? (a: TreeEntry, b: TreeEntry) => collator.compare(a.name, b.name)
      : (a: TreeEntry, b: TreeEntry) => (a.name < b.name ? -1 : 1)
  return entries.sort((a, b) => Number(b.isDirectory) - Number(a.isDirectory) || compare(a, b))
}

/** Directories with changed children, and how to bring their listings up to date without reading them again. */
export function eventsByDirectory(events: readonly FileEvent[]): Map<string, FileEvent[]> {
  const grouped = new Map<string, FileEvent[]>()
  for (const event of events) {
    if (event.event === 'change') continue
    const directory = parentPath(event.path)
    const group = grouped.get(directory)
    if (group) group.push(event)
    else grouped.set(directory, [event])
  }
  return grouped
}

/** A listing after what happened to its children; the same array where nothing of it changed. */
export function applyEvents(entries: TreeEntry[], events: readonly FileEvent[]): TreeEntry[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  let isChanged = false
  for (const { event, path } of events) {
    const known = byPath.get(path)
    if (event === 'unlink' || event === 'unlinkDir') {
      isChanged = byPath.delete(path) || isChanged
    } else if (event !== 'change' && known?.isDirectory !== (event === 'addDir')) {
      byPath.set(path, {
        name: baseName(path),
        path,
        isDirectory: event === 'addDir',
        isLink: false,
        sizeBytes: 0,
      })
      isChanged = true
    }
  }
  return isChanged ? sortEntries([...byPath.values()]) : entries
}

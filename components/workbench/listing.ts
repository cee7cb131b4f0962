import type { DirectoryNames, WorkbenchEvent } from '@/lib/protocol/workbench'
import { baseName, joinPath, parentPath } from './file-paths'

export type TreeEntry = {
  name: string
  path: string
  isDirectory: boolean
  isLink: boolean
}
export type FileEvent = Extract<WorkbenchEvent, { type: 'files' }>['events'][number]

/** From here on names are compared by their code units: a collator takes seconds for 100,000 of them. */
const COLLATE_BELOW = 2000
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/** Directories first, then by name. */
export function entriesOf({ path, directories, files, links }: DirectoryNames): TreeEntry[] {
  const isLink = new Set(links)
  const isLarge = directories.length + files.length >= COLLATE_BELOW
  const entries = (names: string[], isDirectory: boolean) =>
    (isLarge ? names.sort() : names.sort(collator.compare)).map((name) => {
      return { name, path: joinPath(path, name), isDirectory, isLink: isLink.has(name) }
    })
  return entries(directories, true).concat(entries(files, false))
}

/** In the order of `entriesOf`. What is in order for the most part already, as after a change, is soon in order. */
function sortEntries(entries: TreeEntry[]): TreeEntry[] {
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
  // Of several the last one says what is there now.
  const last = new Map(
    events.filter(({ event }) => event !== 'change').map(({ event, path }) => [path, event]),
  )
  const kept = entries.filter((entry) => {
    const event = last.get(entry.path)
    if (event === undefined) return true
    // A link is told as a file, whatever it leads to.
    const isSame = event === (entry.isDirectory && !entry.isLink ? 'addDir' : 'add')
    if (isSame) last.delete(entry.path)
    return isSame
  })
  const added = [...last].filter(([, event]) => event === 'add' || event === 'addDir')
  if (kept.length === entries.length && added.length === 0) return entries
  const fresh = added.map(([path, event]) => newEntry(path, event === 'addDir'))
  return sortEntries(kept.concat(fresh))
}

function newEntry(path: string, isDirectory: boolean): TreeEntry {
  return { name: baseName(path), path, isDirectory, isLink: false }
}

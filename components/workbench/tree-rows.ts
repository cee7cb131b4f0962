import { parentPath } from './file-paths'
import type { TreeEntry } from './listing'

/** A listing that is shown, or on its way, or failed. */
export type DirectoryState =
  | { status: 'loading' }
  | { status: 'failed'; message: string }
  | { status: 'ready'; entries: readonly TreeEntry[] }

export type TreeRow =
  | { kind: 'entry'; key: string; depth: number; entry: TreeEntry; isOpen: boolean }
  | { kind: 'note'; key: string; depth: number; text: string; directory: string; isFailed: boolean }
  /** Where the name of a new file or directory is typed. */
  | { kind: 'new'; key: string; depth: number; directory: string; isDirectory: boolean }

export type TreeShape = {
  root: string
  openDirectories: ReadonlySet<string>
  directories: ReadonlyMap<string, DirectoryState>
  draft: { directory: string; isDirectory: boolean } | null
}

/** The tree as the rows that are seen, from the root's children down. */
export function treeRows(shape: TreeShape): TreeRow[] {
  const rows: TreeRow[] = []
  addDirectory(shape, shape.root, 0, rows)
  return rows
}

/** Where the keyboard goes when an entry goes away with all in it: to the next of its folder, or else to what stood before. */
export function pathBeside(rows: readonly TreeRow[], path: string): string | null {
  const paths = rows.flatMap((row) => (row.kind === 'entry' ? [row.entry.path] : []))
  const at = paths.indexOf(path)
  const next = paths.slice(at + 1).find((each) => parentPath(each) === parentPath(path))
  return next ?? paths[at - 1] ?? null
}

function addDirectory(shape: TreeShape, directory: string, depth: number, rows: TreeRow[]): void {
  if (shape.draft?.directory === directory) {
    rows.push({ kind: 'new', key: `new ${directory}`, depth, ...shape.draft })
  }
  const state = shape.directories.get(directory) ?? { status: 'loading' }
  if (state.status !== 'ready') {
    const isFailed = state.status === 'failed'
    const text = isFailed ? state.message : 'Loading…'
    rows.push({ kind: 'note', key: `note ${directory}`, depth, text, directory, isFailed })
    return
  }
  for (const entry of state.entries) {
    const isOpen = entry.isDirectory && shape.openDirectories.has(entry.path)
    rows.push({ kind: 'entry', key: entry.path, depth, entry, isOpen })
    if (isOpen) addDirectory(shape, entry.path, depth + 1, rows)
  }
  if (state.entries.length === 0 && directory !== shape.root && shape.draft?.directory !== directory) {
    rows.push({ kind: 'note', key: `note ${directory}`, depth, text: 'Empty', directory, isFailed: false })
  }
}

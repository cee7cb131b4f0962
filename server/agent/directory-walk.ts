import { type Dirent, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { onPath } from './errno'
import type { Ignore } from './globs'
import { isExactName } from './paths'
import { isTemporaryName } from './temporary-name'

/** After so many entries other callers get their turn: about 5 ms of work. */
const ENTRIES_PER_TURN = 2_000

export interface Walk {
  root: string
  ignore?: Ignore
  signal?: AbortSignal
  /** Return false to stop. Parents come before their children. */
  visit: (path: string, entry: Dirent, relative: string) => boolean
  /** Between two turns. */
  onTurn?: () => void
}

/**
 * All below `root`, without following links, so that no loop of them can hold it. Synchronous calls in short turns: a
 * promise per file would take three times as long for 50,000 of them.
 */
export async function walkDirectory({ root, ignore, signal, visit, onTurn }: Walk): Promise<void> {
  const pending: { path: string; relative: string }[] = [{ path: root, relative: '' }]
  let sinceTurn = 0
  for (let directory = pending.pop(); directory; directory = pending.pop()) {
    const isRoot = directory.relative === ''
    const path = directory.path
    const entries = isRoot ? onPath(root, () => readEntries(path)) : readEntriesOrNone(path)
    for (const entry of entries) {
      const relative = isRoot ? entry.name : `${directory.relative}/${entry.name}`
      if (isTemporaryName(entry.name) || ignore?.(entry.name, relative)) continue
      const child = join(path, entry.name)
      if (!visit(child, entry, relative)) return
      if (entry.isDirectory() && isExactName(entry.name)) pending.push({ path: child, relative })
      if (++sinceTurn < ENTRIES_PER_TURN) continue
      sinceTurn = 0
      onTurn?.()
      await setImmediate()
      if (signal?.aborted) return
    }
  }
}

function readEntries(path: string): Dirent[] {
  return readdirSync(path, { withFileTypes: true })
}

/** A directory that vanished or may not be read is left out of a walk, not the end of it. */
function readEntriesOrNone(path: string): Dirent[] {
  try {
    return readEntries(path)
  } catch {
    return []
  }
}

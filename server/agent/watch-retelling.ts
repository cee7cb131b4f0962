import { lstatSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { WatchChanges } from './watch-changes'
import type { WatchedTree } from './watched-tree'

/** The kernel stamps files with the time of its last tick, which may lie so far back. */
const TICK_MS = 20
const ENTRIES_PER_TURN = 1_000

/**
 * After events were lost: touches whatever `after` has otherwise than `before`, and each file whose inode changed since
 * `sinceMs`, so that `told` says by its state what nobody saw happen. In turns, since a tree may be large.
 */
export async function touchDifferences(
  told: WatchChanges,
  before: WatchedTree,
  after: WatchedTree,
  sinceMs: number,
): Promise<void> {
  const gone: string[] = []
  let sinceTurn = 0
  for (const [path, kind] of before.entries()) {
    const now = after.kindOf(path)
    if (now === undefined) gone.push(path)
    else if (now !== kind || (kind === 'file' && hasChanged(path, sinceMs - TICK_MS))) told.touch(path, kind)
    if (++sinceTurn % ENTRIES_PER_TURN === 0) await setImmediate()
  }
  // What is in a directory goes before it.
  for (const path of gone.reverse()) told.touch(path, before.kindOf(path))
  for (const [path] of after.entries()) {
    if (before.kindOf(path) === undefined) told.touch(path, undefined)
    if (++sinceTurn % ENTRIES_PER_TURN === 0) await setImmediate()
  }
}

function hasChanged(path: string, sinceMs: number): boolean {
  try {
    return lstatSync(path).ctimeMs >= sinceMs
  } catch {
    return true
  }
}

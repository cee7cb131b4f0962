import type { WatchEvent } from '@/server/agent-contract'

export type Kind = 'file' | 'directory'

/**
 * What became of each path between two reports, told by its state before and after and not by the steps between: a save
 * that writes beside and renames over is one `change`, a file made and removed again is nothing.
 */
export class WatchChanges {
  readonly #before = new Map<string, Kind | undefined>()

  get size(): number {
    return this.#before.size
  }

  /** `path` was touched; `before` is what it was just then. */
  touch(path: string, before: Kind | undefined): void {
    if (!this.#before.has(path)) this.#before.set(path, before)
  }

  clear(): void {
    this.#before.clear()
  }

  paths(): Iterable<string> {
    return this.#before.keys()
  }

  /** The events since the last call; `kindOf` says what a path is now. */
  take(kindOf: (path: string) => Kind | undefined): WatchEvent[] {
    const events: WatchEvent[] = []
    for (const [path, before] of this.#before) {
      const after = kindOf(path)
      if (before === after) {
        if (after === 'file') events.push({ event: 'change', path })
        continue
      }
      if (before) events.push({ event: before === 'file' ? 'unlink' : 'unlinkDir', path })
      if (after) events.push({ event: after === 'file' ? 'add' : 'addDir', path })
    }
    this.#before.clear()
    return events
  }
}

import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Ignore } from './globs'
import {
  IN_CREATE,
  IN_DELETE,
  IN_DELETE_SELF,
  IN_ISDIR,
  IN_MODIFY,
  IN_MOVE_SELF,
  IN_MOVED_FROM,
  IN_MOVED_TO,
  IN_Q_OVERFLOW,
  Inotify,
  type InotifyEvent,
} from './inotify'
import { isTemporaryName } from './temporary-name'
import type { Kind, WatchChanges } from './watch-changes'

/** Far more than a project without its dependencies has, a part of what Linux grants one user. */
const MAX_DIRECTORIES = 16_384
/** Entries of directories that appeared, found within one event; more is worth a look of its own, in turns. */
const MAX_ENTRIES_PER_EVENT = 5_000
const DIRECTORIES_PER_TURN = 100

interface Directory {
  path: string
  watch: number
  entries: Map<string, Kind>
}

export interface TreeListener {
  changes: WatchChanges
  /** Something was touched. */
  onTouch(): void
  /** Events were lost: what is known no longer holds. */
  onLost(): void
  /** The root is gone. */
  onGone(): void
}

/**
 * What is below a directory, kept true by one inotify watch per directory. It knows every name, since only who knows what
 * was there can tell a new file from one that was replaced.
 */
export class WatchedTree {
  readonly #root: string
  readonly #ignore: Ignore
  readonly #listener: TreeListener
  readonly #inotify: Inotify
  readonly #byPath = new Map<string, Directory>()
  readonly #byWatch = new Map<number, Directory>()
  #isComplete = true
  #isClosed = false

  constructor(root: string, ignore: Ignore, listener: TreeListener) {
    this.#root = root
    this.#ignore = ignore
    this.#listener = listener
    this.#inotify = new Inotify((event) => this.#onEvent(event))
  }

  /** False where there are more directories than can be watched. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  /** Watches and learns everything that is there, in turns. */
  async scan(): Promise<void> {
    const pending = [this.#root]
    let sinceTurn = 0
    for (let path = pending.pop(); path !== undefined && !this.#isClosed; path = pending.pop()) {
      for (const name of this.#learn(path)?.subdirectories ?? []) pending.push(join(path, name))
      if (++sinceTurn % DIRECTORIES_PER_TURN === 0) await setImmediate()
    }
  }

  /** Directories before what is in them. */
  *entries(): Generator<[path: string, kind: Kind]> {
    for (const directory of this.#byPath.values()) {
      for (const [name, kind] of directory.entries) yield [join(directory.path, name), kind]
    }
  }

  /** Takes in what the system has told and nobody has read yet. */
  drain(): void {
    this.#inotify.drain()
  }

  kindOf = (path: string): Kind | undefined => this.#byPath.get(dirname(path))?.entries.get(basename(path))

  close(): void {
    this.#isClosed = true
    this.#inotify.close()
  }

  /** Watches first and reads then, so that nothing can appear between the two unseen. */
  #learn(path: string): { subdirectories: string[]; count: number } | undefined {
    if (this.#byPath.size >= MAX_DIRECTORIES) {
      this.#isComplete = false
      return undefined
    }
    const watch = this.#inotify.add(path)
    const entries = readEntries(path)
    if (watch === undefined) {
      // Not gone, and readable: then the system has no watch left.
      if (entries) this.#isComplete = false
      return undefined
    }
    const directory: Directory = { path, watch, entries: new Map() }
    this.#byPath.set(path, directory)
    this.#byWatch.set(watch, directory)
    const subdirectories: string[] = []
    for (const entry of entries ?? []) {
      if (this.#isIgnored(path, entry.name)) continue
      directory.entries.set(entry.name, entry.isDirectory() ? 'directory' : 'file')
      if (entry.isDirectory()) subdirectories.push(entry.name)
    }
    return { subdirectories, count: directory.entries.size }
  }

  #onEvent({ watch, mask, name }: InotifyEvent): void {
    if (mask & IN_Q_OVERFLOW) this.#listener.onLost()
    const directory = this.#byWatch.get(watch)
    if (!directory) return
    if (name === '') this.#onSelf(directory, mask)
    else if (!this.#isIgnored(directory.path, name)) this.#onEntry(directory, name, mask)
  }

  #onEntry(directory: Directory, name: string, mask: number): void {
    const path = join(directory.path, name)
    const before = directory.entries.get(name)
    this.#listener.changes.touch(path, before)
    const isDirectory = (mask & IN_ISDIR) !== 0
    if (mask & (IN_DELETE | IN_MOVED_FROM)) this.#forget(directory, name)
    else if (mask & (IN_CREATE | IN_MOVED_TO)) this.#appear(directory, name, isDirectory)
    else if (mask & IN_MODIFY && !before) directory.entries.set(name, 'file')
    this.#listener.onTouch()
  }

  #onSelf(directory: Directory, mask: number): void {
    if (directory.path === this.#root && mask & (IN_DELETE_SELF | IN_MOVE_SELF)) this.#listener.onGone()
  }

  #appear(directory: Directory, name: string, isDirectory: boolean): void {
    if (directory.entries.get(name) === 'directory') this.#forget(directory, name)
    directory.entries.set(name, isDirectory ? 'directory' : 'file')
    if (isDirectory) this.#discover(join(directory.path, name))
  }

  /** A directory that is new here may have come with all its content, or been filled before it was watched. */
  #discover(root: string): void {
    const pending = [root]
    let found = 0
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      const learned = this.#learn(path)
      if (!learned) continue
      for (const name of this.#byPath.get(path)?.entries.keys() ?? []) {
        this.#listener.changes.touch(join(path, name), undefined)
      }
      for (const name of learned.subdirectories) pending.push(join(path, name))
      found += learned.count
      if (found > MAX_ENTRIES_PER_EVENT) break
    }
    if (pending.length > 0) this.#listener.onLost()
  }

  #forget(directory: Directory, name: string): void {
    const kind = directory.entries.get(name)
    directory.entries.delete(name)
    if (kind === 'directory') this.#forgetBelow(join(directory.path, name))
  }

  /** A moved directory takes its watch with it: it must go, or it would tell of a path that is no more. */
  #forgetBelow(path: string): void {
    const directory = this.#byPath.get(path)
    if (!directory) return
    this.#byPath.delete(path)
    this.#byWatch.delete(directory.watch)
    this.#inotify.remove(directory.watch)
    for (const [name, kind] of directory.entries) {
      const child = join(path, name)
      this.#listener.changes.touch(child, kind)
      if (kind === 'directory') this.#forgetBelow(child)
    }
  }

  #isIgnored(directory: string, name: string): boolean {
    const relative = join(directory, name).slice(this.#root === '/' ? 1 : this.#root.length + 1)
    return isTemporaryName(name) || this.#ignore(name, relative)
  }
}

function readEntries(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch {
    return undefined
  }
}

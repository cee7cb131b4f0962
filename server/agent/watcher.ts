import { statSync } from 'node:fs'
import { SandboxError } from '@/lib/errors'
import type { WatchMessage } from '@/server/agent-contract'
import { onPath } from './errno'
import { fullPathMatcher, type Ignore, ignoreMatcher } from './globs'
import type { Query } from './query'
import type { Call, Socket, SocketHandler } from './router'
import { SocketFlow } from './socket-flow'
import { WatchChanges } from './watch-changes'
import { touchDifferences } from './watch-retelling'
import { type TreeListener, WatchedTree } from './watched-tree'

/** Long enough for the steps of a save to come together, short enough not to be noticed. */
const GATHER_MS = 20
/** Of one message; a flood comes as several, between which others get their turn. */
const MAX_EVENTS_PER_MESSAGE = 1_000
/** Paths touched and not yet told. Beyond it looking again is cheaper than being told. */
const MAX_UNTOLD = 20_000
/** Between two new starts, so that a flood cannot make the agent do nothing else. */
const RESYNC_INTERVAL_MS = 1_000
/** Where there are more directories than can be watched, all that can be said is: look again now and then. */
const INCOMPLETE_RESYNC_MS = 5_000
/** Linux grants a user 128 by default. */
const MAX_WATCHERS = 32
const ROOT_GONE = 4404

let watchers = 0

/** WS /watch */
export function watch({ query }: Call): Watcher {
  const path = query.path()
  if (!onPath(path, () => statSync(path)).isDirectory()) {
    throw new SandboxError('not_directory', `Not a directory to watch: ${path}`)
  }
  if (watchers >= MAX_WATCHERS) {
    throw new SandboxError('too_many', `A sandbox has at most ${MAX_WATCHERS} watches at a time.`)
  }
  return new Watcher(path, ignoreOf(query, path), query.flag('retell'))
}

function ignoreOf(query: Query, path: string): Ignore {
  const ignore = ignoreMatcher(query.all('ignore'))
  const ignorePath = fullPathMatcher(path, query.all('ignorePath'))
  return (name, relative) => ignore(name, relative) || ignorePath(name, relative)
}

class Watcher implements SocketHandler, TreeListener {
  changes = new WatchChanges()
  readonly #root: string
  readonly #ignore: Ignore
  readonly #doesRetell: boolean
  #flow: SocketFlow | undefined
  #tree: WatchedTree | undefined
  #isReady = false
  #isLost = false
  /** All that happened before is told. */
  #knownAtMs = 0
  /** Asked for by the other end, and not yet answered with `ready`. */
  #marks = 0
  #flushTimer: ReturnType<typeof setTimeout> | undefined
  #resyncTimer: ReturnType<typeof setTimeout> | undefined

  constructor(root: string, ignore: Ignore, doesRetell: boolean) {
    this.#root = root
    this.#ignore = ignore
    this.#doesRetell = doesRetell
  }

  open(socket: Socket): void {
    watchers++
    this.#flow = new SocketFlow(socket)
    void this.#start('ready')
  }

  /** Whatever is said asks where we are. */
  message(): void {
    this.#marks += 1
    this.#flush()
  }

  drain(): void {
    this.#flow?.drained()
    this.onTouch()
  }

  close(): void {
    watchers--
    this.#flow = undefined
    this.#tree?.close()
    clearTimeout(this.#flushTimer)
    clearTimeout(this.#resyncTimer)
  }

  onTouch(): void {
    if (!this.#isReady || this.#isLost) {
      if (!this.#doesRetell) this.changes.clear()
    } else if (this.changes.size > MAX_UNTOLD) this.onLost()
    else this.#flushTimer ??= setTimeout(() => this.#flush(), GATHER_MS)
  }

  /** Begins anew, and only then says so: who looks after `resync` misses nothing that comes later. */
  onLost(): void {
    if (!this.#doesRetell) this.changes.clear()
    // What differs is found from the last state that was known: it must not go on changing.
    else if (this.#isReady) this.#tree?.close()
    if (this.#isLost) return
    this.#isLost = true
    if (this.#isReady) this.#resyncSoon()
  }

  onGone(): void {
    this.#say({ type: 'events', events: [{ event: 'unlinkDir', path: this.#root }] })
    this.#flow?.close(ROOT_GONE, 'The watched directory is gone.')
  }

  async #start(reason: 'ready' | 'resync'): Promise<void> {
    const before = this.#tree
    before?.close()
    this.#resyncTimer = undefined
    this.#isLost = false
    this.#isReady = false
    const startedAtMs = Date.now()
    try {
      const tree = new WatchedTree(this.#root, this.#ignore, this)
      this.#tree = tree
      if (before && this.#doesRetell) await this.#retell(before, tree)
      else await tree.scan()
    } catch (thrown) {
      const reason = thrown instanceof SandboxError ? thrown.message : 'The watch could not be set up.'
      this.#flow?.close(4503, reason)
      return
    }
    if (!this.#flow) return this.#tree.close()
    this.#begin(reason, startedAtMs)
  }

  #begin(reason: 'ready' | 'resync', startedAtMs: number): void {
    const isComplete = this.#tree?.isComplete ?? false
    this.#isReady = true
    if (reason === 'ready' || !this.#doesRetell) {
      this.changes.clear()
      this.#knownAtMs = startedAtMs
      this.#say(reason === 'ready' ? { type: 'ready', isComplete } : { type: 'resync', path: this.#root })
    }
    if (this.#isLost) this.#resyncSoon()
    else if (!isComplete) this.#lookAgainLater()
    this.#flush()
  }

  /** What was touched before and meanwhile, and what differs, each told from the state that was told last. */
  async #retell(before: WatchedTree, after: WatchedTree): Promise<void> {
    const told = this.changes
    this.changes = new WatchChanges()
    await after.scan()
    await touchDifferences(told, before, after, this.#knownAtMs)
    for (const path of this.changes.paths()) told.touch(path, before.kindOf(path))
    this.changes = told
    if (!this.#isLost) return
    // Once more, and from where we were.
    after.close()
    this.#tree = before
  }

  #resyncSoon(): void {
    clearTimeout(this.#resyncTimer)
    this.#resyncTimer = setTimeout(() => {
      // What is found now could not be told anyway, and would only grow.
      if (this.#doesRetell && this.#flow?.isBlocked) this.#resyncSoon()
      else void this.#start('resync')
    }, RESYNC_INTERVAL_MS)
  }

  #lookAgainLater(): void {
    this.#resyncTimer ??= setTimeout(() => {
      this.#resyncTimer = undefined
      if (!this.#flow?.isBlocked) this.#say({ type: 'resync', path: this.#root })
      this.#lookAgainLater()
    }, INCOMPLETE_RESYNC_MS)
  }

  #flush(): void {
    const tree = this.#tree
    const startedAtMs = Date.now()
    if (tree && this.#isReady && !this.#isLost && !this.#flow?.isBlocked) tree.drain()
    clearTimeout(this.#flushTimer)
    this.#flushTimer = undefined
    if (!tree || !this.#isReady || this.#isLost || !this.#flow || this.#flow.isBlocked) return
    this.#knownAtMs = startedAtMs
    const events = this.changes.take(tree.kindOf)
    for (let i = 0; i < events.length; i += MAX_EVENTS_PER_MESSAGE) {
      this.#say({ type: 'events', events: events.slice(i, i + MAX_EVENTS_PER_MESSAGE) })
    }
    for (; this.#marks > 0; this.#marks--) this.#say({ type: 'ready', isComplete: tree.isComplete })
    if (!tree.isComplete) this.#lookAgainLater()
  }

  #say(message: WatchMessage): void {
    this.#flow?.say(message)
  }
}

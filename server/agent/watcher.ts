import { statSync } from 'node:fs'
import { SandboxError } from '@/lib/errors'
import type { WatchMessage } from '@/server/agent-contract'
import { onPath } from './errno'
import { type Ignore, ignoreMatcher } from './globs'
import type { Call, Socket, SocketHandler } from './router'
import { SocketFlow } from './socket-flow'
import { WatchChanges } from './watch-changes'
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
  return new Watcher(path, ignoreMatcher(query.all('ignore')))
}

class Watcher implements SocketHandler, TreeListener {
  readonly changes = new WatchChanges()
  readonly #root: string
  readonly #ignore: Ignore
  #flow: SocketFlow | undefined
  #tree: WatchedTree | undefined
  #isReady = false
  #isLost = false
  #flushTimer: ReturnType<typeof setTimeout> | undefined
  #resyncTimer: ReturnType<typeof setTimeout> | undefined

  constructor(root: string, ignore: Ignore) {
    this.#root = root
    this.#ignore = ignore
  }

  open(socket: Socket): void {
    watchers++
    this.#flow = new SocketFlow(socket)
    void this.#start({ type: 'ready' })
  }

  message(): void {
    // A watch only talks.
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
    if (!this.#isReady || this.#isLost) this.changes.clear()
    else if (this.changes.size > MAX_UNTOLD) this.onLost()
    else this.#flushTimer ??= setTimeout(() => this.#flush(), GATHER_MS)
  }

  /** Begins anew, and only then says so: who looks after `resync` misses nothing that comes later. */
  onLost(): void {
    this.changes.clear()
    if (this.#isLost) return
    this.#isLost = true
    if (this.#isReady) this.#resyncSoon()
  }

  onGone(): void {
    this.#say({ type: 'events', events: [{ event: 'unlinkDir', path: this.#root }] })
    this.#flow?.close(ROOT_GONE, 'The watched directory is gone.')
  }

  async #start(message: WatchMessage): Promise<void> {
    this.#tree?.close()
    this.#resyncTimer = undefined
    this.#isLost = false
    this.#isReady = false
    try {
      this.#tree = new WatchedTree(this.#root, this.#ignore, this)
      await this.#tree.scan()
    } catch (thrown) {
      const reason = thrown instanceof SandboxError ? thrown.message : 'The watch could not be set up.'
      this.#flow?.close(4503, reason)
      return
    }
    if (!this.#flow) return this.#tree.close()
    this.changes.clear()
    this.#isReady = true
    this.#say(message)
    if (this.#isLost) this.#resyncSoon()
    else if (!this.#tree.isComplete) this.#lookAgainLater()
  }

  #resyncSoon(): void {
    clearTimeout(this.#resyncTimer)
    this.#resyncTimer = setTimeout(
      () => void this.#start({ type: 'resync', path: this.#root }),
      RESYNC_INTERVAL_MS,
    )
  }

  #lookAgainLater(): void {
    this.#resyncTimer ??= setTimeout(() => {
      this.#resyncTimer = undefined
      if (!this.#flow?.isBlocked) this.#say({ type: 'resync', path: this.#root })
      this.#lookAgainLater()
    }, INCOMPLETE_RESYNC_MS)
  }

  #flush(): void {
    this.#flushTimer = undefined
    const tree = this.#tree
    if (!tree || this.#isLost || this.#flow?.isBlocked) return
    const events = this.changes.take(tree.kindOf)
    for (let i = 0; i < events.length; i += MAX_EVENTS_PER_MESSAGE) {
      this.#say({ type: 'events', events: events.slice(i, i + MAX_EVENTS_PER_MESSAGE) })
    }
    if (!tree.isComplete) this.#lookAgainLater()
  }

  #say(message: WatchMessage): void {
    this.#flow?.say(message)
  }
}

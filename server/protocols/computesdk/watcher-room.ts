import { SandboxError } from '@/lib/errors'
import type { FileChanged, Watcher as WatcherInfo } from '@/lib/protocol/watchers'
import type { AgentConnection } from '../../sandbox/agent-connection'
import { changedContent } from './changed-content'
import type { Channels } from './channels'
import { SharedWatch } from './shared-watch'
import { Unheard } from './unheard'
import { Watcher, type WatcherOptions } from './watcher'

export const MAX_WATCHERS = 1_000
/** Each is a watch of the agent's, which has 32 and gives some to the workbench. */
export const MAX_WATCHES = 24
/** Each reads every changed file anew. */
export const MAX_WITH_CONTENT = 64

export interface WatcherRoomDeps {
  sandboxId: string
  channels: Channels
  connect: () => Promise<AgentConnection>
  /** False while those who listen to a channel have much to read yet. */
  isCalm: (channel: string) => boolean
}

/** The watchers of one sandbox; those that want the same of the same directory share a watch. */
export class WatcherRoom {
  readonly #deps: WatcherRoomDeps
  readonly #watchers = new Map<string, Watcher>()
  readonly #watches = new Map<string, SharedWatch>()
  readonly #unheard = new Unheard()
  /** Those that are being made, too. */
  readonly #all = new Set<Watcher>()
  #isOver = false

  constructor(deps: WatcherRoomDeps) {
    this.#deps = deps
  }

  /** When it resolves, all that changes from now on is told; `keep` makes it last. */
  async create(id: string, options: WatcherOptions, keep: () => Promise<void>): Promise<WatcherInfo> {
    this.#requireSpace(options)
    const watcher = this.#watcher(id, options)
    try {
      const watch = this.#watch(options)
      this.#open(watcher)
      await watch.join(watcher.take)
      await keep()
      if (this.#isOver) throw new SandboxError('sandbox_not_found', 'The sandbox was deleted meanwhile.')
    } catch (error) {
      this.#end(watcher)
      throw error
    }
    this.#watchers.set(id, watcher)
    return this.#info(watcher)
  }

  /** One from before: it tells again once `follow` can. */
  adopt(id: string, options: WatcherOptions): void {
    const watcher = this.#watcher(id, options)
    this.#deps.channels.open(this.#deps.sandboxId, watcher.channel)
    this.#watch(options).adopt(watcher.take)
    this.#watchers.set(id, watcher)
  }

  list(): WatcherInfo[] {
    return [...this.#watchers.values()].map((watcher) => this.#info(watcher))
  }

  /** `not_found` where there is none. */
  get(id: string): WatcherInfo {
    return this.#info(this.#named(id))
  }

  destroy(id: string): void {
    const watcher = this.#named(id)
    this.#watchers.delete(id)
    this.#publish('watcher:destroyed', watcher.channel, { id })
    this.#end(watcher)
  }

  /** Somebody has what was kept of this channel. */
  heard(channel: string): void {
    this.#unheard.forget(channel)
  }

  /** While the sandbox runs. */
  follow(isRunning: boolean): void {
    for (const watch of this.#watches.values()) {
      if (isRunning) watch.start()
      else watch.stop()
    }
  }

  /** The sandbox is deleted. */
  end(): void {
    this.#isOver = true
    for (const watcher of [...this.#all]) this.#end(watcher)
    this.#watchers.clear()
  }

  #open({ id, channel, options }: Watcher): void {
    this.#deps.channels.open(this.#deps.sandboxId, channel)
    this.#publish('watcher:created', channel, { id, path: options.path })
  }

  #end(watcher: Watcher): void {
    watcher.end()
    this.#all.delete(watcher)
    const key = keyOf(watcher.options)
    const watch = this.#watches.get(key)
    watch?.leave(watcher.take)
    if (watch?.isUsed === false) this.#watches.delete(key)
    this.#unheard.forget(watcher.channel)
    this.#deps.channels.close(this.#deps.sandboxId, watcher.channel)
  }

  #watcher(id: string, options: WatcherOptions): Watcher {
    const { connect, isCalm } = this.#deps
    const watcher: Watcher = new Watcher(id, options, {
      say: (change) => this.#say(watcher.channel, change),
      isCalm: () => isCalm(watcher.channel),
      readContent: (path) => changedContent(connect, path, options.encoding),
    })
    this.#all.add(watcher)
    return watcher
  }

  #watch(options: WatcherOptions): SharedWatch {
    const key = keyOf(options)
    const existing = this.#watches.get(key)
    if (existing) return existing
    if (this.#watches.size >= MAX_WATCHES) throw tooManyWatches()
    const watch = new SharedWatch(this.#deps.connect, options)
    this.#watches.set(key, watch)
    return watch
  }

  #say(channel: string, change: FileChanged): void {
    const isHeard = this.#deps.channels.isSubscribed(this.#deps.sandboxId, channel)
    if (isHeard || this.#unheard.take(channel, change)) this.#publish('file:changed', channel, change)
  }

  #publish(type: string, channel: string, data: object): void {
    this.#deps.channels.publish(this.#deps.sandboxId, { type, channel, data })
  }

  #named(id: string): Watcher {
    const watcher = this.#watchers.get(id)
    if (!watcher) throw new SandboxError('not_found', 'There is no such watcher. It may have been destroyed.')
    return watcher
  }

  #info({ id, channel, options }: Watcher): WatcherInfo {
    const isStanding = this.#watches.get(keyOf(options))?.isStanding === true
    return { id, ...options, status: isStanding ? 'active' : 'stopped', channel }
  }

  #requireSpace({ includeContent }: WatcherOptions): void {
    if (this.#all.size >= MAX_WATCHERS) {
      throw new SandboxError('too_many', `A sandbox has at most ${MAX_WATCHERS} watchers. Destroy some.`)
    }
    const withContent = [...this.#all].filter(({ options }) => options.includeContent).length
    if (includeContent && withContent >= MAX_WITH_CONTENT) {
      const message = `A sandbox has at most ${MAX_WITH_CONTENT} watchers with "includeContent". Read the files when told.`
      throw new SandboxError('too_many', message)
    }
  }
}

function keyOf({ path, ignored }: WatcherOptions): string {
  return JSON.stringify([path, [...new Set(ignored)].sort()])
}

function tooManyWatches(): SandboxError {
  const message = `A sandbox has watchers for at most ${MAX_WATCHES} different pairs of "path" and "ignored". Watch a directory above them, or the same as another watcher.`
  return new SandboxError('too_many', message)
}

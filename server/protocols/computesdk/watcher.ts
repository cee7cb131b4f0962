import { setTimeout as wait } from 'node:timers/promises'
import type { FileChanged, Watcher as WatcherInfo } from '@/lib/protocol/watchers'
import type { WatchEvent } from '../../sandbox/agent-connection'

/** Beyond it the events of a slow reader are no longer held back, and the hub cuts it off. */
const MAX_WAITING_EVENTS = 5_000
/** With more than these waiting, contents are left out until it has caught up. */
const MAX_WAITING_WITH_CONTENT = 500
const CALM_INTERVAL_MS = 20

export type WatcherOptions = Pick<WatcherInfo, 'path' | 'includeContent' | 'ignored' | 'encoding'>

export interface WatcherDeps {
  say: (change: FileChanged) => void
  /** False while those who listen have much to read yet. */
  isCalm: () => boolean
  readContent: (path: string) => Promise<Pick<FileChanged, 'content' | 'encoding'>>
}

/** What one watcher tells, in the order in which it happened, at the pace of those who listen. */
export class Watcher {
  readonly id: string
  readonly options: WatcherOptions
  readonly #deps: WatcherDeps
  #waiting: WatchEvent[] = []
  #isTelling = false
  #hasEnded = false

  constructor(id: string, options: WatcherOptions, deps: WatcherDeps) {
    this.id = id
    this.options = options
    this.#deps = deps
  }

  get channel(): string {
    return `watcher:${this.id}`
  }

  /** Takes what the agent tells. */
  take = (events: WatchEvent[]): void => {
    for (const event of events) this.#waiting.push(event)
    if (!this.#isTelling) void this.#tell()
  }

  end(): void {
    this.#hasEnded = true
    this.#waiting = []
  }

  async #tell(): Promise<void> {
    this.#isTelling = true
    for (let event = this.#waiting.shift(); event; event = this.#waiting.shift()) {
      const content = this.#hasContent(event) ? await this.#deps.readContent(event.path) : {}
      while (this.#mayWait() && !this.#deps.isCalm()) await wait(CALM_INTERVAL_MS)
      if (!this.#hasEnded) this.#deps.say({ ...event, ...content })
    }
    this.#isTelling = false
  }

  #mayWait(): boolean {
    return !this.#hasEnded && this.#waiting.length <= MAX_WAITING_EVENTS
  }

  #hasContent({ event }: WatchEvent): boolean {
    const isOfFile = event === 'add' || event === 'change'
    return this.options.includeContent && isOfFile && this.#waiting.length <= MAX_WAITING_WITH_CONTENT
  }
}

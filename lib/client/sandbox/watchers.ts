import { FileChanged, Watcher, WatcherAnswer, WatcherList } from '@/lib/protocol/watchers'
import type { ChannelMessage } from '../channel-socket'
import { encodeId } from '../http'
import { Listeners } from '../listeners'
import type { Connection } from './connection'

export type WatcherOptions = {
  /** False by default. */
  includeContent?: boolean
  /** Names and globs; what is below an ignored directory is ignored with it. */
  ignored?: string[]
  /** Of `content` in events: text, or base64 for whatever bytes. */
  encoding?: 'raw' | 'base64'
}
export type WatcherInfo = Watcher
export type FileChangeEvent = FileChanged
type WatcherEvents = { change: [event: FileChangeEvent]; destroyed: [] }

/** Watchers of directories: what changes, as it changes. */
export class Watchers {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Of a directory. All that changes after it resolves is told; what comes before the first handler is kept for it. */
  async create(path: string, options: WatcherOptions = {}): Promise<FileWatcher> {
    const call = { method: 'POST', json: { path, ...options } }
    const { data } = await this.#connection.http.json('/watchers', WatcherAnswer, call)
    const watcher = new FileWatcher(this.#connection, data)
    try {
      await watcher.follow()
    } catch (error) {
      await this.destroy(data.id).catch(() => undefined)
      throw error
    }
    return watcher
  }

  async list(): Promise<WatcherInfo[]> {
    return (await this.#connection.http.json('/watchers', WatcherList)).data.watchers
  }

  /** `not_found` where there is none. */
  async retrieve(id: string): Promise<WatcherInfo> {
    return Watcher.parse((await this.#connection.http.json(watcherPath(id), WatcherAnswer)).data)
  }

  /** `not_found` where there is none. */
  async destroy(id: string): Promise<void> {
    await this.#connection.http.send(watcherPath(id), { method: 'DELETE' })
  }
}

export class FileWatcher {
  readonly #connection: Connection
  readonly #info: WatcherInfo
  readonly #listeners = new Listeners<WatcherEvents>(['change', 'destroyed'], 1000)
  #status: WatcherInfo['status']
  #leave: (() => void) | undefined

  constructor(connection: Connection, info: WatcherInfo) {
    this.#connection = connection
    this.#info = info
    this.#status = info.status
  }

  getId(): string {
    return this.#info.id
  }

  getPath(): string {
    return this.#info.path
  }

  getStatus(): WatcherInfo['status'] {
    return this.#status
  }

  getChannel(): string {
    return this.#info.channel
  }

  isIncludingContent(): boolean {
    return this.#info.includeContent
  }

  getIgnoredPatterns(): string[] {
    return [...this.#info.ignored]
  }

  isActive(): boolean {
    return this.#status === 'active'
  }

  on<Event extends keyof WatcherEvents>(event: Event, handler: (...values: WatcherEvents[Event]) => void) {
    this.#listeners.on(event, handler)
  }

  off<Event extends keyof WatcherEvents>(event: Event, handler: (...values: WatcherEvents[Event]) => void) {
    this.#listeners.off(event, handler)
  }

  /** Handlers of `destroyed` have been called when it resolves. `not_found` when it is destroyed already. */
  async destroy(): Promise<void> {
    await this.#connection.http.send(watcherPath(this.getId()), { method: 'DELETE' })
    this.#end()
    this.#listeners.clear()
  }

  /** Called once, by whoever made it. */
  async follow(): Promise<void> {
    this.#leave = await this.#connection.channels.subscribe(this.#info.channel, {
      onMessage: (message) => this.#onMessage(message),
      onGone: () => this.#end(),
    })
  }

  #onMessage({ type, data }: ChannelMessage): void {
    if (type === 'watcher:destroyed') this.#end()
    if (type !== 'file:changed') return
    const event = FileChanged.safeParse(data).data
    if (event) this.#listeners.emit('change', event)
  }

  #end(): void {
    this.#leave?.()
    if (this.#status === 'stopped') return
    this.#status = 'stopped'
    this.#listeners.emit('destroyed')
  }
}

function watcherPath(id: string): string {
  return `/watchers/${encodeId(id)}`
}

import { randomBytes } from 'node:crypto'
import type { Watcher as WatcherInfo } from '@/lib/protocol/watchers'
import type { LiveStores, WatcherRow } from '../../sandbox/live-stores'
import type { SandboxService } from '../../sandbox/sandbox-service'
import type { SandboxEvent } from '../../sandbox/subscribers'
import type { ChannelMember } from './channel-member'
import type { Channels } from './channels'
import type { WatcherOptions } from './watcher'
import { WatcherRoom } from './watcher-room'

const ID_BYTES = 12

export interface WatchersDeps {
  sandboxes: SandboxService
  channels: Channels
  store: LiveStores['watchers']
}

/**
 * The watchers of all sandboxes. The database keeps them, so that they outlive clients, agents and this process: the agent
 * could not be believed, and is another one after every start. What changed while nobody could watch is not told.
 */
export class Watchers {
  readonly #deps: WatchersDeps
  readonly #rooms = new Map<string, Promise<WatcherRoom>>()
  readonly #listening = new Map<string, Set<ChannelMember>>()

  constructor(deps: WatchersDeps) {
    this.#deps = deps
    deps.sandboxes.subscribeToAll((id, event) => this.#onSandbox(id, event))
    deps.channels.serve('watcher', (member, channel) => this.#onListener(member, channel))
  }

  /** When it resolves, all that changes from now on is told. `options.path` is absolute. */
  async create(sandboxId: string, options: WatcherOptions): Promise<WatcherInfo> {
    const room = await this.#room(sandboxId)
    const id = randomBytes(ID_BYTES).toString('hex')
    return room.create(id, options, () => this.#deps.store.insert(rowOf(sandboxId, id, options)))
  }

  async list(sandboxId: string): Promise<WatcherInfo[]> {
    return (await this.#room(sandboxId)).list()
  }

  /** `not_found` where there is none. */
  async get(sandboxId: string, id: string): Promise<WatcherInfo> {
    return (await this.#room(sandboxId)).get(id)
  }

  /** When it resolves, word of it is on its way to those who listen. `not_found` where there is none. */
  async destroy(sandboxId: string, id: string): Promise<void> {
    const room = await this.#room(sandboxId)
    room.destroy(id)
    await this.#deps.store.delete(sandboxId, id)
  }

  /** Also the moment in which the watchers of an earlier process are needed again. */
  #onListener(member: ChannelMember, channel: string): () => void {
    const members = this.#listening.get(channel) ?? new Set()
    this.#listening.set(channel, members.add(member))
    this.#room(member.sandboxId)
      .then((room) => room.heard(channel))
      .catch(() => undefined)
    return () => {
      members.delete(member)
      if (members.size === 0 && this.#listening.get(channel) === members) this.#listening.delete(channel)
    }
  }

  #isCalm(channel: string): boolean {
    return ![...(this.#listening.get(channel) ?? [])].some(({ isBehind }) => isBehind)
  }

  #onSandbox(id: string, event: SandboxEvent): void {
    const opening = this.#rooms.get(id)
    if (event.type === 'deleted') {
      this.#rooms.delete(id)
      opening?.then((room) => room.end()).catch(() => undefined)
    } else if (event.type === 'status') {
      const isRunning = event.sandbox.status === 'running'
      opening?.then((room) => room.follow(isRunning)).catch(() => undefined)
    }
  }

  #room(sandboxId: string): Promise<WatcherRoom> {
    const existing = this.#rooms.get(sandboxId)
    if (existing) return existing
    const opening = this.#open(sandboxId)
    this.#rooms.set(sandboxId, opening)
    opening.catch(() => this.#rooms.delete(sandboxId))
    return opening
  }

  async #open(sandboxId: string): Promise<WatcherRoom> {
    const { sandboxes, channels, store } = this.#deps
    const [{ status }, rows] = await Promise.all([sandboxes.get(sandboxId), store.listBySandbox(sandboxId)])
    const connect = () => sandboxes.connect(sandboxId)
    const isCalm = (channel: string) => this.#isCalm(channel)
    const room = new WatcherRoom({ sandboxId, channels, connect, isCalm })
    for (const row of rows) room.adopt(row.id, optionsOf(row))
    room.follow(status === 'running')
    return room
  }
}

function rowOf(sandboxId: string, id: string, options: WatcherOptions): WatcherRow {
  const { path, ignored, includeContent, encoding } = options
  return {
    id,
    sandbox_id: sandboxId,
    path,
    ignored: JSON.stringify(ignored),
    include_content: includeContent ? 1 : 0,
    encoding,
    created_at: new Date().toISOString(),
  }
}

function optionsOf({ path, ignored, include_content: content, encoding }: WatcherRow): WatcherOptions {
  return { path, ignored: JSON.parse(ignored), includeContent: content === 1, encoding }
}

import { ServerSocket } from '@/lib/client/server-socket'
import type { ServersClient } from '@/lib/client/servers-client'
import { type SandboxError, toSandboxError } from '@/lib/errors'
import type { ManagedServer, ServerStartBody } from '@/lib/protocol/servers'
import type { ServerDraft } from './server-form'
import { type ServerNews, serverNews } from './server-status'
import { Store } from './store'

/**
 * - `loading`: not known yet
 * - `live`: as they are
 * - `stale`: the stream was lost; as they were
 * - `failed`: never known, and this is why
 */
export type ServersState =
  | { phase: 'loading'; servers: readonly ManagedServer[] }
  | { phase: 'live' | 'stale'; servers: readonly ManagedServer[] }
  | { phase: 'failed'; servers: readonly ManagedServer[]; error: SandboxError }

/** A new server begins with this draft; an edited one with what it is. */
export type ServerWish = { draft: ServerDraft; edited: ManagedServer | null }

/** The managed servers of the workbench's sandbox, live. */
export class ManagedServers {
  readonly state = new Store<ServersState>({ phase: 'loading', servers: [] })
  /** The slug of the one whose log is shown in place of the list. */
  readonly shownLog = new Store<string | null>(null)
  /** What the dialog is about, while it is open. */
  readonly wish = new Store<ServerWish | null>(null)
  readonly #client: ServersClient
  readonly #newsListeners = new Set<(news: ServerNews) => void>()

  constructor(client: ServersClient) {
    this.#client = client
  }

  /** Listens until the returned function is called. */
  listen(): () => void {
    this.state.set({ phase: 'loading', servers: [] })
    const socket = new ServerSocket({
      url: () => this.#client.eventsUrl(),
      onServers: (servers) => this.#show(servers),
      onLost: () => this.#lost(),
    })
    return () => socket.close()
  }

  /** After a failure; the stream comes back by itself. */
  retry(): void {
    this.state.set({ phase: 'loading', servers: [] })
    void this.#askWhy()
  }

  onNews(listener: (news: ServerNews) => void): () => void {
    this.#newsListeners.add(listener)
    return () => this.#newsListeners.delete(listener)
  }

  /** Stops the one that is there, and lets this take its place. */
  async replace(edited: ManagedServer, body: ServerStartBody): Promise<void> {
    await this.#client.stop(edited.slug)
    await this.#client.start(body)
  }

  #show(servers: ManagedServer[]): void {
    const before = this.state.get()
    servers.sort((left, right) => left.slug.localeCompare(right.slug))
    this.state.set({ phase: 'live', servers })
    if (!servers.some(({ slug }) => slug === this.shownLog.get())) this.shownLog.set(null)
    if (before.phase !== 'live') return
    for (const news of serverNews(before.servers, servers)) {
      for (const listener of this.#newsListeners) listener(news)
    }
  }

  #lost(): void {
    const { phase, servers } = this.state.get()
    if (phase === 'live') this.state.set({ phase: 'stale', servers })
    if (phase === 'loading') void this.#askWhy()
  }

  /** A refused upgrade says no reason to a browser; a question does. */
  async #askWhy(): Promise<void> {
    try {
      await this.#client.list()
    } catch (thrown) {
      if (this.state.get().phase !== 'loading') return
      this.state.set({ phase: 'failed', servers: [], error: toSandboxError(thrown) })
    }
  }
}

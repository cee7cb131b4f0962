import type { SignalData } from '@/lib/protocol/signals'
import type { RequestContext } from '../../request-context'
import { KeyedLock } from '../../sandbox/keyed-lock'
import type { LiveStores } from '../../sandbox/live-stores'
import type { SandboxService } from '../../sandbox/sandbox-service'
import type { SandboxEvent } from '../../sandbox/subscribers'
import type { Channels } from './channels'
import { PortChanges } from './port-changes'
import { ReadyServers } from './ready-servers'

export const SIGNALS_CHANNEL = 'signals'

/** How somebody addressed us: the addresses that we tell follow from it. */
type Caller = Pick<RequestContext, 'origin' | 'base'>
export type PreviewUrl = (sandboxId: string, port: number, caller: Caller) => string

export interface SignalsDeps {
  sandboxes: SandboxService
  channels: Channels
  store: LiveStores['signals']
  previewUrl: PreviewUrl
}

interface Started {
  caller: Caller
  ports: PortChanges
  servers: ReadyServers
}

/**
 * Word of ports and errors to the programs of a sandbox, from start to stop. Whether it is started is in the database, so
 * that clients that come back after a restart of this process are told again.
 */
export class Signals {
  readonly #deps: SignalsDeps
  readonly #lock = new KeyedLock()
  /** Null where it is not started. */
  readonly #bySandbox = new Map<string, Promise<Started | null>>()

  constructor(deps: SignalsDeps) {
    this.#deps = deps
    deps.sandboxes.subscribeToAll((id, event) => this.#onSandbox(id, event))
    deps.channels.onSubscribe((id, channel) => {
      if (channel === SIGNALS_CHANNEL) this.#find(id).catch(() => undefined)
    })
  }

  /** Resolves when each port that opens from now on will be told. Again is fine: the last caller's addresses are told. */
  start(sandboxId: string, { origin, base }: Caller): Promise<void> {
    return this.#lock.run(sandboxId, async () => {
      const caller = { origin, base }
      const found = await this.#find(sandboxId)
      const started = found ?? this.#started(sandboxId, caller)
      try {
        await Promise.all([started.ports.ready(), started.servers.ready()])
        await this.#deps.store.put({ sandbox_id: sandboxId, ...caller })
      } catch (error) {
        if (found === null) stopFollowing(started)
        throw error
      }
      started.caller = caller
      this.#deps.channels.open(sandboxId, SIGNALS_CHANNEL)
      this.#bySandbox.set(sandboxId, Promise.resolve(started))
    })
  }

  /** Again is fine. */
  stop(sandboxId: string): Promise<void> {
    return this.#lock.run(sandboxId, async () => {
      await this.#deps.store.delete(sandboxId)
      const started = await this.#find(sandboxId)
      this.#bySandbox.set(sandboxId, Promise.resolve(null))
      if (started) stopFollowing(started)
      this.#deps.channels.close(sandboxId, SIGNALS_CHANNEL)
    })
  }

  async isActive(sandboxId: string): Promise<boolean> {
    return (await this.#find(sandboxId)) !== null
  }

  /** To those who subscribed; nothing where it is not started. */
  async emit(sandboxId: string, data: SignalData): Promise<void> {
    if (await this.isActive(sandboxId)) this.#publish(sandboxId, data)
  }

  #publish(sandboxId: string, data: SignalData): void {
    this.#deps.channels.publish(sandboxId, { type: 'signal', channel: SIGNALS_CHANNEL, data })
  }

  #started(sandboxId: string, caller: Caller): Started {
    const connect = () => this.#deps.sandboxes.connect(sandboxId)
    const urlOf = (port: number) => this.#deps.previewUrl(sandboxId, port, started.caller)
    const started: Started = {
      caller,
      ports: new PortChanges(connect, (type, port) =>
        this.#publish(sandboxId, { signal: 'port', port, type, url: urlOf(port) }),
      ),
      servers: new ReadyServers(connect, (port) =>
        this.#publish(sandboxId, { signal: 'server-ready', port, type: 'open', url: urlOf(port) }),
      ),
    }
    return started
  }

  #find(sandboxId: string): Promise<Started | null> {
    const known = this.#bySandbox.get(sandboxId)
    if (known) return known
    const looking = this.#recall(sandboxId)
    this.#bySandbox.set(sandboxId, looking)
    looking.catch(() => this.#bySandbox.delete(sandboxId))
    return looking
  }

  /** Started in an earlier process. */
  async #recall(sandboxId: string): Promise<Started | null> {
    const { sandboxes, channels, store } = this.#deps
    const [{ status }, row] = await Promise.all([sandboxes.get(sandboxId), store.get(sandboxId)])
    if (row === null) return null
    const started = this.#started(sandboxId, row)
    channels.open(sandboxId, SIGNALS_CHANNEL)
    if (status === 'running') follow(started, true)
    return started
  }

  #onSandbox(id: string, event: SandboxEvent): void {
    const finding = this.#bySandbox.get(id)
    if (event.type === 'deleted') {
      this.#bySandbox.delete(id)
      finding?.then((started) => started && stopFollowing(started)).catch(() => undefined)
    } else if (event.type === 'status') {
      const isRunning = event.sandbox.status === 'running'
      finding?.then((started) => started && follow(started, isRunning)).catch(() => undefined)
    }
  }
}

function follow({ ports, servers }: Started, isRunning: boolean): void {
  ports.follow(isRunning)
  servers.follow(isRunning)
}

function stopFollowing({ ports, servers }: Started): void {
  ports.stop()
  servers.stop()
}

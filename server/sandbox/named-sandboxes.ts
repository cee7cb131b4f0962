import type { SandboxRow, SandboxStore } from '@/lib/db/sandboxes'
import { SandboxError } from '@/lib/errors'
import type { CreateOptions } from './draft'
import { isOver } from './expiry'
import { KeyedLock } from './keyed-lock'
import type { Sandbox } from './sandbox-record'
import type { SandboxService } from './sandbox-service'

export interface SandboxName {
  userId: string
  namespace: string
  name: string
}

export type NamedCreateOptions = CreateOptions & SandboxName

/** Another process may take and give up the same name meanwhile; one that does so again and again is refused. */
const MAX_ATTEMPTS = 5

/**
 * Sandboxes by the name that their owner gave them. The database lets one have it; the lock only spares those who come
 * together here a refusal, and a place in the quota that they do not need.
 */
export class NamedSandboxes {
  readonly #sandboxes: SandboxService
  readonly #store: SandboxStore
  readonly #lock = new KeyedLock()

  constructor(sandboxes: SandboxService, store: SandboxStore) {
    this.#sandboxes = sandboxes
    this.#store = store
  }

  /** `already_exists` where the name is taken by one that is still of use. */
  async create(options: NamedCreateOptions): Promise<Sandbox> {
    const row = await this.#row(options)
    if (row && isStale(row)) await this.#giveUp(row)
    return this.#sandboxes.create(options)
  }

  /**
   * The sandbox of that name, started where it was stopped; null where there is none, or none of use any more. `starting`
   * is one that another process is just making.
   */
  async find(name: SandboxName): Promise<Sandbox | null> {
    const row = await this.#row(name)
    return row === null || isStale(row) ? null : this.#started(row.id)
  }

  /** Finds it, or makes it of these options. However many ask at once, one is made. */
  findOrCreate(options: NamedCreateOptions): Promise<{ sandbox: Sandbox; isNew: boolean }> {
    return this.#lock.run(keyOf(options), async () => {
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        const sandbox = await this.find(options)
        if (sandbox) return { sandbox, isNew: false }
        const made = await this.create(options).catch(unlessTaken)
        if (made) return { sandbox: made, isNew: true }
      }
      throw new SandboxError('conflict', `Others are making and deleting ${options.name}. Try again.`)
    })
  }

  #row({ userId, namespace, name }: SandboxName): Promise<SandboxRow | null> {
    return this.#store.findByName(userId, namespace, name)
  }

  /** Waits for whoever is making, stopping or deleting it; null where it is gone then. */
  async #started(id: string): Promise<Sandbox | null> {
    try {
      return await this.#sandboxes.start(id)
    } catch (error) {
      if (error instanceof SandboxError && error.code === 'sandbox_not_found') return null
      throw error
    }
  }

  /** The name first: a sandbox that cannot be deleted now must not keep it. One whose files are lost is for its owner to see. */
  async #giveUp(row: SandboxRow): Promise<void> {
    await this.#store.update(row.id, { namespace: null })
    if (isOver(row.expires_at)) await this.#sandboxes.delete(row.id).catch(() => undefined)
  }
}

function isStale(row: SandboxRow): boolean {
  return row.status === 'failed' || isOver(row.expires_at)
}

function unlessTaken(error: unknown): null {
  if (error instanceof SandboxError && error.code === 'already_exists') return null
  throw error
}

function keyOf({ userId, namespace, name }: SandboxName): string {
  return JSON.stringify([userId, namespace, name])
}

import type { SnapshotStore } from '@/lib/db/snapshots'
import { SandboxError } from '@/lib/errors'
import type { Logger } from '../log'
import type { Provider } from '../providers/provider'
import { bounded } from './draft'
import { KeyedLock } from './keyed-lock'
import { newSnapshotId } from './sandbox-id'
import type { Sandbox } from './sandbox-record'
import type { SandboxService } from './sandbox-service'
import { rowOfSnapshot, type Snapshot, snapshotOf } from './snapshot-record'
import { noSnapshot, ownedSnapshot } from './snapshot-source'

/** Of one owner, made one after another: more are a loop that forgot to wait. */
const MAX_WAITING = 20

export interface SnapshotsOptions {
  store: SnapshotStore
  sandboxes: SandboxService
  provider: Provider
  log: Logger
}

export interface NewSnapshot {
  name?: string | undefined
  metadata?: Record<string, unknown> | undefined
}

/** Keeps the files of sandboxes, and puts them back. `recover` comes before anything else. */
export class Snapshots {
  readonly #store: SnapshotStore
  readonly #sandboxes: SandboxService
  readonly #provider: Provider
  readonly #log: Logger
  readonly #lock = new KeyedLock()
  readonly #waiting = new Map<string, number>()

  constructor({ store, sandboxes, provider, log }: SnapshotsOptions) {
    this.#store = store
    this.#sandboxes = sandboxes
    this.#provider = provider
    this.#log = log
  }

  /**
   * Of a sandbox that runs or is stopped. It goes on whether or not somebody waits for it, and ends with the sandbox. Nothing
   * is left of one that fails.
   */
  async create(sandbox: Sandbox, { name, metadata }: NewSnapshot): Promise<Snapshot> {
    if (sandbox.status === 'starting')
      throw new SandboxError('conflict', 'The sandbox is being started. Try again in a moment.')
    const { userId, directory, envs, templateId } = sandbox
    const snapshot: Snapshot = {
      id: newSnapshotId(),
      userId,
      sandboxId: sandbox.id,
      provider: this.#provider.name,
      name: name || null,
      metadata: bounded('metadata', metadata ?? {}),
      directory,
      envs,
      templateId,
      sizeBytes: 0,
      createdAt: new Date().toISOString(),
    }
    return this.#inTurn(userId, () => this.#make(snapshot, sandbox.limits.diskBytes))
  }

  /** Newest first. */
  async list(userId: string): Promise<Snapshot[]> {
    return (await this.#store.listByUser(userId)).map(snapshotOf)
  }

  /** Of one sandbox, newest first. */
  async listOf(sandboxId: string): Promise<Snapshot[]> {
    return (await this.#store.listBySandbox(sandboxId)).map(snapshotOf)
  }

  /** Another owner's is answered like one that does not exist. */
  getOwned(id: string, userId: string): Promise<Snapshot> {
    return ownedSnapshot(this.#store, id, userId)
  }

  /** Another sandbox's is answered like one that does not exist, for callers who were let in to this one alone. */
  async getOf(sandboxId: string, id: string): Promise<Snapshot> {
    const row = await this.#store.get(id)
    if (row?.status !== 'ready' || row.sandbox_id !== sandboxId) throw noSnapshot()
    return snapshotOf(row)
  }

  async delete({ id, userId }: Snapshot): Promise<void> {
    // A record without files can be deleted again; the reverse would be forgotten.
    await this.#provider.deleteSnapshot(id)
    await this.#store.delete(id)
    this.#sandboxes.owners.releaseSnapshot(userId, id)
  }

  /** Gives a sandbox the files of the snapshot in place of its own, all or none; it runs afterwards if it ran before. */
  restore(sandboxId: string, { id }: Snapshot): Promise<Sandbox> {
    return this.#sandboxes.whileStopped(sandboxId, () => this.#provider.restore(sandboxId, id))
  }

  /** Removes what an earlier process did not finish. Files without a record stay: with the wrong database they are somebody's. */
  async recover(): Promise<void> {
    const [rows, provided] = await Promise.all([this.#store.listAll(), this.#provider.listSnapshots()])
    const ours = rows.filter((row) => row.provider === this.#provider.name)
    for (const row of ours.filter(({ status }) => status === 'making'))
      await this.#remove(row.id, row.user_id)
    const ready = ours.filter(({ status }) => status === 'ready')
    for (const row of ready) this.#sandboxes.owners.addSnapshot(row.user_id, row.id, row.size_bytes)
    this.#tellOdd(new Set(ours.map(({ id }) => id)), new Set(provided.map(({ id }) => id)), ready)
  }

  async #inTurn<T>(userId: string, act: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(userId) ?? 0
    if (waiting >= MAX_WAITING)
      throw new SandboxError('too_many', `${waiting} snapshots of yours are being made. Wait for some.`)
    this.#waiting.set(userId, waiting + 1)
    try {
      return await this.#lock.run(userId, act)
    } finally {
      const left = (this.#waiting.get(userId) ?? 1) - 1
      if (left > 0) this.#waiting.set(userId, left)
      else this.#waiting.delete(userId)
    }
  }

  async #make(snapshot: Snapshot, diskBytes: number | null): Promise<Snapshot> {
    const { id, userId, sandboxId } = snapshot
    const { owners } = this.#sandboxes
    const maxBytes = owners.claimSnapshot(userId, id, diskBytes)
    try {
      // The record first: what is on the machine without one is somebody else's, and is never touched.
      await this.#store.insert(rowOfSnapshot(snapshot))
      const { bytes } = await this.#provider.snapshot(sandboxId, id, maxBytes)
      await this.#store.finish(id, bytes)
      owners.addSnapshot(userId, id, bytes)
      return { ...snapshot, sizeBytes: bytes }
    } catch (error) {
      await this.#remove(id, userId)
      const isTooLarge = error instanceof SandboxError && error.code === 'too_large'
      throw isTooLarge && maxBytes !== diskBytes ? owners.noRoom() : error
    }
  }

  /** One that was not finished. What cannot be removed now is at the next start. */
  async #remove(id: string, userId: string): Promise<void> {
    try {
      await this.#provider.deleteSnapshot(id)
      await this.#store.delete(id)
    } catch (error) {
      this.#log.error({ snapshotId: id, err: error }, 'a snapshot that failed could not be removed')
    }
    this.#sandboxes.owners.releaseSnapshot(userId, id)
  }

  #tellOdd(known: Set<string>, found: Set<string>, ready: { id: string }[]): void {
    for (const { id } of ready.filter((row) => !found.has(row.id)))
      this.#log.warn({ snapshotId: id }, 'the files of a snapshot are no longer on this machine')
    for (const id of [...found].filter((each) => !known.has(each)))
      this.#log.warn({ snapshotId: id }, 'snapshot without a record left alone: is this the right database?')
  }
}

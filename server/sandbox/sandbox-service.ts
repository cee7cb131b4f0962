import type { SandboxRow, SandboxStore } from '@/lib/db/sandboxes'
import type { SnapshotStore } from '@/lib/db/snapshots'
import { SandboxError, toSandboxError } from '@/lib/errors'
import type { Logger } from '../log'
import type { Provider, SandboxChange, SandboxSpec } from '../providers/provider'
import type { Template } from '../templates/catalog'
import { Activity } from './activity'
import { AgentConnection } from './agent-connection'
import { requireRoomForChild } from './children'
import { Connections } from './connections'
import { type CreateOptions, draftSandbox, type SandboxDefaults } from './draft'
import { Expiry, extendedExpiry, isOver } from './expiry'
import { KeyedLock } from './keyed-lock'
import { DISK_FULL, DISK_OK, EXIT_REASONS, SOON_OVER } from './notices'
import { Owners } from './owners'
import { recoveryOf } from './recovery'
import { notFound, stopped, unlessGone } from './refusals'
import { newAgentSecret, newSandboxId } from './sandbox-id'
import { rowOf, type Sandbox, sandboxOf } from './sandbox-record'
import type { Seal } from './seal'
import { withSnapshot } from './snapshot-source'
import { type SandboxEvent, type SandboxListener, Subscribers } from './subscribers'
import { fillFromTemplate } from './template-files'
import { UsageMeter } from './usage-meter'

export interface SandboxServiceOptions {
  store: SandboxStore
  snapshots: SnapshotStore
  provider: Provider
  templates: { load(id: string): Template | null }
  seal: Seal
  log: Logger
  defaults: SandboxDefaults
  newId?: () => string
}

/** Makes, finds, ends and connects sandboxes. `recover` comes before anything else. */
export class SandboxService {
  readonly #options: SandboxServiceOptions
  readonly #store: SandboxStore
  readonly #provider: Provider
  readonly #log: Logger
  readonly #lock = new KeyedLock()
  readonly #owners: Owners
  readonly #activity: Activity
  readonly #connections = new Connections()
  readonly #subscribers = new Subscribers()
  readonly #meter: UsageMeter
  readonly #expiry = new Expiry({
    over: (id) => void this.#expire(id),
    soonOver: (id) => this.#subscribers.publish(id, SOON_OVER),
  })
  /** What is being done to a sandbox and its record does not say yet. */
  readonly #changing = new Map<string, 'starting' | 'stopping' | 'deleting'>()
  readonly #diskFull = new Set<string>()
  readonly #stopListening: () => void

  constructor(options: SandboxServiceOptions) {
    this.#options = options
    this.#store = options.store
    this.#provider = options.provider
    this.#log = options.log
    this.#owners = new Owners(options.defaults.quota)
    this.#activity = new Activity(options.store, options.log)
    this.#meter = new UsageMeter(
      (id) => this.#provider.usage(id),
      (id, usage) => {
        this.#activity.measured(id, usage.diskBytes)
        this.#subscribers.publish(id, { type: 'usage', usage })
      },
    )
    this.#stopListening = this.#provider.onChange((id, change) => this.#onChange(id, change))
  }

  /** A running sandbox, its directory, environment and template in place. Of one that fails nothing is left. */
  async create(options: CreateOptions): Promise<Sandbox> {
    const { parent } = options
    if (!parent) return this.#create(options)
    // Nobody deletes its parent meanwhile.
    return this.#lock.run(parent.id, async () => {
      await requireRoomForChild(this.#store, await this.#row(parent.id))
      return this.#create(options)
    })
  }

  async #create(asked: CreateOptions): Promise<Sandbox> {
    const template = asked.templateId === undefined ? null : this.#template(asked.templateId)
    const options = await withSnapshot(this.#options.snapshots, this.#provider.name, asked)
    const id = (this.#options.newId ?? newSandboxId)()
    const sandbox = draftSandbox(id, this.#provider.name, options, this.#options.defaults)
    this.#owners.claim(sandbox.userId, id, sandbox.limits)
    return this.#lock.run(id, () => this.#make(sandbox, options, template))
  }

  /** What each owner has at once, snapshots included. */
  get owners(): Owners {
    return this.#owners
  }

  /** For callers that have already been let in to this sandbox. */
  async get(id: string): Promise<Sandbox> {
    return this.#seen(await this.#row(id))
  }

  /** Another owner's sandbox is answered like one that does not exist. */
  async getOwned(id: string, userId: string): Promise<Sandbox> {
    const sandbox = await this.get(id)
    if (sandbox.userId !== userId) throw notFound()
    return sandbox
  }

  /** Newest first. */
  async list(userId: string): Promise<Sandbox[]> {
    return (await this.#store.listByUser(userId)).map((row) => this.#seen(row))
  }

  /** Oldest first. */
  async listChildren(parentId: string): Promise<Sandbox[]> {
    return (await this.#store.listChildren(parentId)).map((row) => this.#seen(row))
  }

  /** Starts a stopped sandbox on the files it left. Fine when it runs, or another process is making it. */
  start(id: string): Promise<Sandbox> {
    return this.#lock.run(id, async () => {
      const row = await this.#row(id)
      const isOnItsWay = row.status === 'running' || row.status === 'starting'
      return isOnItsWay ? sandboxOf(row) : this.#startAgain(row)
    })
  }

  /** Ends its processes; its files stay. Fine when it does not run. */
  stop(id: string): Promise<Sandbox> {
    return this.#lock.run(id, async () => {
      const row = await this.#row(id)
      return row.status === 'running' ? this.#stop(id) : sandboxOf(row)
    })
  }

  /** Does what needs a sandbox that is stopped; one that ran is started again, whether that worked or not. */
  whileStopped(id: string, act: () => Promise<void>): Promise<Sandbox> {
    return this.#lock.run(id, async () => {
      const hasRun = (await this.#row(id)).status === 'running'
      if (hasRun) await this.#stop(id)
      const failure = await act().then(
        () => null,
        (error: unknown) => ({ error }),
      )
      if (hasRun) await this.#startAgain(await this.#row(id)).catch((error) => throwFirst(failure, error))
      if (failure) throw failure.error
      return this.get(id)
    })
  }

  /** Ends its processes, its files and its record, and its children first. Fine when there is nothing left. */
  delete(id: string): Promise<void> {
    return this.#lock.run(id, async () => {
      const row = await this.#store.get(id)
      if (row) await this.#removeFamily(row)
    })
  }

  /** So many milliseconds from now it may live at least. `bad_request` beyond what the settings allow. */
  extend(id: string, durationMs: number): Promise<Sandbox> {
    return this.#lock.run(id, async () => {
      const { expires_at } = await this.#row(id)
      const expiresAt = extendedExpiry(expires_at, durationMs, this.#options.defaults.timeToLiveMs)
      await this.#store.update(id, { expires_at: expiresAt })
      this.#expiry.set(id, expiresAt)
      return this.#told(id)
    })
  }

  /**
   * Makes a child a sandbox like any other: stopped, its files kept, out of reach of its parent's token, and with the time
   * that was left to its parent where it had no time of its own.
   */
  detach(parentId: string, id: string, accessTokenHash: string): Promise<Sandbox> {
    return this.#lock.run(parentId, async () => {
      const parent = await this.#row(parentId)
      const child = await this.#row(id)
      if (child.parent_id !== parentId) throw notFound()
      await this.stop(id)
      const expiresAt = child.expires_at ?? parent.expires_at
      const changes = { parent_id: null, access_token_hash: accessTokenHash, expires_at: expiresAt }
      await this.#store.update(id, changes)
      this.#expiry.set(id, expiresAt)
      return this.#told(id)
    })
  }

  /** What can be done inside. `sandbox_stopped` where it does not run. */
  connect(id: string): Promise<AgentConnection> {
    return this.#connections.get(id, async () => {
      const row = await this.#row(id)
      if (row.status !== 'running' || this.#changing.has(id)) throw stopped(row.status_reason)
      const connection = this.#connection(id, this.#secret(row))
      await connection.checkVersion()
      return connection
    })
  }

  /** Tells what happens to a sandbox, until the returned function is called. */
  subscribe(id: string, listener: SandboxListener): () => void {
    if (this.#subscribers.add(id, listener)) this.#meter.start(id)
    if (this.#diskFull.has(id)) listener(DISK_FULL)
    return () => {
      if (this.#subscribers.remove(id, listener)) this.#meter.stop(id)
    }
  }

  /** Whether anybody may look at its ports: where an API key made it, as long as there is that key. */
  async hasPublicPorts(id: string): Promise<boolean> {
    const row = await this.#store.get(id)
    return row !== null && row.api_key_id !== null
  }

  /** Tells what happens to every sandbox. Their use is measured only for those who subscribe to one. */
  subscribeToAll(listener: (id: string, event: SandboxEvent) => void): () => void {
    return this.#subscribers.addToAll(listener)
  }

  /** Remembers that somebody uses it. */
  touch(id: string): void {
    this.#activity.touch(id)
  }

  /**
   * Finds again what an earlier process left: what runs goes on; what is half made or expired is removed. What has no
   * record stays as it is: with the wrong database that is everybody's work.
   */
  async recover(): Promise<void> {
    const [rows, provided] = await Promise.all([this.#store.listAll(), this.#provider.list()])
    const isRunning = new Map(provided.map((each) => [each.id, each.isRunning]))
    const ours = rows.filter((row) => row.provider === this.#provider.name)
    for (const row of ours) {
      const sandbox = sandboxOf(row)
      this.#owners.add(row.user_id, row.id, sandbox.limits)
      this.#expiry.set(row.id, row.expires_at)
    }
    const known = new Set(ours.map((row) => row.id))
    const unknown = provided.filter(({ id }) => !known.has(id))
    for (const { id } of unknown) {
      this.#log.warn({ sandboxId: id }, 'sandbox without a record left alone: is this the right database?')
    }
    await Promise.all(
      ours.map((row) => this.#attempt(row.id, () => this.#recover(row, isRunning.get(row.id)))),
    )
  }

  /** Lets go of timers and connections; sandboxes go on. */
  close(): void {
    this.#stopListening()
    this.#expiry.close()
    this.#meter.close()
    this.#connections.closeAll(new SandboxError('unavailable', 'Sandlot is shutting down.'))
  }

  async #make(sandbox: Sandbox, options: CreateOptions, template: Template | null): Promise<Sandbox> {
    const { id } = sandbox
    const { accessTokenHash, prepare } = options
    const secret = newAgentSecret()
    const agentSecretSealed = this.#options.seal.seal(secret, id)
    try {
      // The record first: what is on the machine without one is somebody else's, and is never touched.
      await this.#store.insert(rowOf(sandbox, { agentSecretSealed, accessTokenHash }))
      const { unenforced } = await this.#provider.create(specOf(sandbox, secret, options.snapshotId))
      const agent = await this.#prepare(sandbox, secret, template)
      await prepare?.(agent, sandbox)
      await this.#store.update(id, { status: 'running', unenforced: JSON.stringify(unenforced) })
      const running: Sandbox = { ...sandbox, status: 'running', unenforced }
      this.#expiry.set(id, running.expiresAt)
      return running
    } catch (error) {
      await this.#remove(id, sandbox.userId).catch((failure) => this.#leave(id, failure))
      throw error
    }
  }

  async #prepare(sandbox: Sandbox, secret: string, template: Template | null): Promise<AgentConnection> {
    const { id, directory, envs } = sandbox
    const connection = this.#connection(id, secret)
    await connection.configure({ directory, environment: envs })
    if (template && template.files.length > 0) await fillFromTemplate(connection, directory, template)
    return this.#connections.get(id, async () => connection)
  }

  async #startAgain(row: SandboxRow): Promise<Sandbox> {
    const { id } = row
    const secret = this.#secret(row)
    try {
      await this.#while(id, 'starting', async () => {
        this.#subscribers.publish(id, { type: 'status', sandbox: this.#seen(row) })
        const { unenforced } = await this.#provider.start(id, specOf(sandboxOf(row), secret))
        await this.#prepare(sandboxOf(row), secret, null)
        const patch = {
          status: 'running' as const,
          status_reason: null,
          unenforced: JSON.stringify(unenforced),
        }
        await this.#store.update(id, patch)
      })
    } catch (error) {
      this.#connections.drop(id, stopped())
      await this.#attempt(id, () => this.#provider.stop(id))
      const reason = `It could not be started: ${toSandboxError(error).message}`
      await this.#store.update(id, { status: 'stopped', status_reason: reason })
      await this.#told(id)
      throw error
    }
    return this.#told(id)
  }

  async #stop(id: string): Promise<Sandbox> {
    await this.#while(id, 'stopping', async () => {
      this.#connections.drop(id, stopped('It was stopped.'))
      await this.#provider.stop(id)
      // Whoever asked for it needs no reason.
      await this.#store.update(id, { status: 'stopped', status_reason: null })
    })
    return this.#told(id)
  }

  async #removeFamily(row: SandboxRow): Promise<void> {
    for (const child of await this.#store.listChildren(row.id)) await this.delete(child.id)
    await this.#remove(row.id, row.user_id)
  }

  /** Provider first: a record without a sandbox is seen and can be deleted again, the reverse would be forgotten. */
  async #remove(id: string, userId: string): Promise<void> {
    await this.#while(id, 'deleting', async () => {
      this.#connections.drop(id, notFound())
      await this.#provider.delete(id).catch(unlessGone)
      await this.#store.delete(id)
    })
    this.#owners.release(userId, id)
    this.#expiry.set(id, null)
    this.#activity.forget(id)
    this.#diskFull.delete(id)
    this.#subscribers.publish(id, { type: 'deleted' })
  }

  /** A creation failed and could not be cleaned up either: it stays in sight, to be deleted once that works. */
  async #leave(id: string, failure: unknown): Promise<void> {
    this.#log.error({ sandboxId: id, err: failure }, 'a failed creation could not be removed')
    const reason = 'It could not be made, and what there is of it could not be removed yet. Delete it.'
    await this.#attempt(id, () => this.#store.update(id, { status: 'failed', status_reason: reason }))
  }

  #onChange(id: string, change: SandboxChange): void {
    if (change.type === 'exited') {
      void this.#attempt(id, () => this.#lock.run(id, () => this.#onExit(id, EXIT_REASONS[change.reason])))
    } else if (change.type === 'disk_full') {
      this.#diskFull.add(id)
      this.#subscribers.publish(id, DISK_FULL)
    } else if (this.#diskFull.delete(id)) {
      this.#subscribers.publish(id, DISK_OK)
    }
  }

  async #onExit(id: string, reason: string): Promise<void> {
    const row = await this.#store.get(id)
    if (row?.status !== 'running') return
    this.#connections.drop(id, stopped(reason))
    await this.#store.update(id, { status: 'stopped', status_reason: reason })
    this.#log.info({ sandboxId: id, reason }, 'sandbox ended by itself')
    await this.#told(id)
  }

  /** Unless somebody has extended it meanwhile. */
  async #expire(id: string): Promise<void> {
    const remove = async () => {
      const row = await this.#store.get(id)
      if (!row || !isOver(row.expires_at)) return
      this.#log.info({ sandboxId: id }, 'sandbox expired')
      await this.#removeFamily(row)
    }
    const isDone = await this.#attempt(id, () => this.#lock.run(id, remove))
    if (!isDone) this.#expiry.tryAgainLater(id)
  }

  async #recover(row: SandboxRow, isRunning: boolean | undefined): Promise<void> {
    const recovery = recoveryOf(sandboxOf(row), isRunning, Date.now())
    this.#log.info({ sandboxId: row.id, act: recovery.act }, 'sandbox found again')
    if (recovery.act === 'remove') await this.delete(row.id)
    else if (recovery.act === 'stop') await this.#provider.stop(row.id)
    else if (recovery.act === 'mark') {
      await this.#store.update(row.id, { status: recovery.status, status_reason: recovery.reason })
    }
  }

  async #while(
    id: string,
    doing: 'starting' | 'stopping' | 'deleting',
    act: () => Promise<void>,
  ): Promise<void> {
    this.#changing.set(id, doing)
    try {
      await act()
    } finally {
      this.#changing.delete(id)
    }
  }

  /** What must not end the process; true when it worked. */
  async #attempt(id: string, act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act()
      return true
    } catch (error) {
      this.#log.error({ sandboxId: id, err: error }, 'sandbox upkeep failed')
      return false
    }
  }

  async #told(id: string): Promise<Sandbox> {
    const sandbox = await this.get(id)
    this.#subscribers.publish(id, { type: 'status', sandbox })
    return sandbox
  }

  async #row(id: string): Promise<SandboxRow> {
    const row = await this.#store.get(id)
    if (!row) throw notFound()
    return row
  }

  #seen(row: SandboxRow): Sandbox {
    const sandbox = sandboxOf(row)
    return this.#changing.get(row.id) === 'starting' ? { ...sandbox, status: 'starting' } : sandbox
  }

  #connection(id: string, secret: string): AgentConnection {
    return new AgentConnection(() => this.#provider.dial(id), secret)
  }

  #secret(row: SandboxRow): string {
    return this.#options.seal.unseal(row.agent_secret_sealed, row.id)
  }

  #template(id: string): Template {
    const template = this.#options.templates.load(id)
    if (!template) throw new SandboxError('template_not_found', `There is no template ${id}.`)
    return template
  }
}

function specOf(sandbox: Sandbox, secret: string, snapshotId?: string): SandboxSpec {
  const { id, limits, egress } = sandbox
  return { id, secret, limits, egress, ...(snapshotId === undefined ? {} : { snapshotId }) }
}

/** Where two things failed, the first is why. */
function throwFirst(failure: { error: unknown } | null, error: unknown): never {
  throw failure ? failure.error : error
}

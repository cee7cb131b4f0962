import { existsSync, readdirSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { SandboxError } from '@/lib/errors'
import { checkHost } from './bubblewrap/checks'
import { type BubblewrapOptions, Host } from './bubblewrap/host'
import { LocalSandbox } from './bubblewrap/local-sandbox'
import { Monitor } from './bubblewrap/monitor'
import { Snapshots } from './bubblewrap/snapshots'
import { Turnstile } from './bubblewrap/turnstile'
import { WarmPool } from './bubblewrap/warm-pool'
import type {
  Check,
  ProvidedSandbox,
  ProvidedSnapshot,
  Provider,
  RunningSandbox,
  SandboxChange,
  SandboxSpec,
  SandboxUsage,
} from './provider'

export type { BubblewrapOptions } from './bubblewrap/host'

/** Ids become names of directories and control groups. */
const ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
/** Starts at once. More only slow one another down: a start is processor time, and the first is done sooner this way. */
const STARTS_AT_ONCE = 4

/** Sandboxes on this machine, with Linux namespaces, control groups and a directory each. No daemon, no image. */
export class BubblewrapProvider implements Provider {
  readonly name = 'bubblewrap'
  readonly #host: Host
  readonly #sandboxes = new Map<string, LocalSandbox>()
  readonly #starts = new Turnstile(STARTS_AT_ONCE)
  readonly #monitor: Monitor
  readonly #warm: WarmPool
  readonly #snapshots: Snapshots
  #recovery: Promise<void> | null = null

  constructor(options: BubblewrapOptions) {
    this.#host = new Host(options)
    this.#warm = new WarmPool(this.#host, options.warmSandboxes ?? 0)
    this.#snapshots = new Snapshots(this.#host)
    this.#monitor = new Monitor(this.#host, () => [...this.#sandboxes.values()])
  }

  async create(spec: SandboxSpec): Promise<RunningSandbox> {
    requireId(spec.id)
    if (spec.snapshotId !== undefined) requireId(spec.snapshotId)
    await this.#recover()
    const unenforced = this.#host.unenforced(spec)
    let hasSucceeded = false
    try {
      this.#sandboxes.set(spec.id, await this.#make(spec))
      hasSucceeded = true
    } catch (error) {
      throw asProviderFailure(error)
    } finally {
      // Not in the middle of a burst: those who wait come first.
      if (this.#starts.isFree) this.#warm.refill(hasSucceeded)
    }
    return { id: spec.id, unenforced }
  }

  async #make(spec: SandboxSpec): Promise<LocalSandbox> {
    if (spec.snapshotId !== undefined) return this.#createFrom(spec.snapshotId, spec)
    return (await this.#createWarm(spec)) ?? (await this.#createCold(spec))
  }

  async #createWarm(spec: SandboxSpec): Promise<LocalSandbox | null> {
    const sandbox = await this.#warm.take(spec)
    if (sandbox === null) return null
    try {
      await sandbox.adopt(spec)
      return sandbox
    } catch (error) {
      await sandbox.delete()
      if (error instanceof SandboxError && error.code === 'already_exists') throw error
      // Something befell it while it waited; one made now may well start.
      this.#host.log.warn({ err: error }, 'A prepared sandbox did not start')
      return null
    }
  }

  #createCold(spec: SandboxSpec): Promise<LocalSandbox> {
    return this.#starts.run(() => this.#makeWith(spec, (sandbox) => sandbox.start(spec)))
  }

  /** A large snapshot takes long to unpack; only the start itself waits its turn with the others. */
  #createFrom(snapshotId: string, spec: SandboxSpec): Promise<LocalSandbox> {
    return this.#makeWith(spec, async (sandbox) => {
      await this.#snapshots.restore(sandbox, snapshotId)
      await this.#starts.run(() => sandbox.start(spec))
    })
  }

  async #makeWith(spec: SandboxSpec, act: (sandbox: LocalSandbox) => Promise<void>): Promise<LocalSandbox> {
    const sandbox = LocalSandbox.make(spec.id, spec, this.#host)
    try {
      await act(sandbox)
    } catch (error) {
      await sandbox.delete()
      throw error
    }
    return sandbox
  }

  async start(id: string, spec: SandboxSpec): Promise<RunningSandbox> {
    const sandbox = await this.#find(id)
    const unenforced = this.#host.unenforced(spec)
    return this.#starts.run(async () => {
      try {
        await sandbox.start(spec)
      } catch (error) {
        throw asProviderFailure(error)
      }
      return { id, unenforced }
    })
  }

  async stop(id: string): Promise<void> {
    await (await this.#find(id)).stop()
  }

  async delete(id: string): Promise<void> {
    requireId(id)
    await this.#recover()
    const sandbox = this.#sandboxes.get(id)
    if (sandbox === undefined) return
    await sandbox.delete()
    this.#sandboxes.delete(id)
  }

  async list(): Promise<ProvidedSandbox[]> {
    await this.#recover()
    return [...this.#sandboxes.values()].map(({ id, isRunning }) => ({ id, isRunning }))
  }

  async dial(id: string): Promise<Duplex> {
    return (await this.#find(id)).connect()
  }

  async usage(id: string): Promise<SandboxUsage> {
    return (await this.#find(id)).usage()
  }

  async snapshot(id: string, snapshotId: string, maxBytes: number | null): Promise<ProvidedSnapshot> {
    requireId(snapshotId)
    const sandbox = await this.#find(id)
    return { id: snapshotId, bytes: await this.#copied(this.#snapshots.take(sandbox, snapshotId, maxBytes)) }
  }

  async restore(id: string, snapshotId: string): Promise<void> {
    requireId(snapshotId)
    const sandbox = await this.#find(id)
    await this.#copied(this.#snapshots.restore(sandbox, snapshotId))
  }

  async deleteSnapshot(snapshotId: string): Promise<void> {
    requireId(snapshotId)
    await this.#snapshots.delete(snapshotId)
  }

  async listSnapshots(): Promise<ProvidedSnapshot[]> {
    await this.#recover()
    return this.#snapshots.list()
  }

  async #copied<T>(copy: Promise<T>): Promise<T> {
    try {
      return await copy
    } catch (error) {
      throw asProviderFailure(error, 'The files could not be copied.')
    }
  }

  onChange(listener: (id: string, change: SandboxChange) => void): () => void {
    return this.#monitor.onChange(listener)
  }

  check(): Promise<Check[]> {
    return checkHost(this.#host)
  }

  async close(): Promise<void> {
    await this.#warm.close()
    await this.#snapshots.close()
    await this.#monitor.close()
    for (const sandbox of this.#sandboxes.values()) sandbox.close()
    await this.#host.trash.emptied()
  }

  async #find(id: string): Promise<LocalSandbox> {
    await this.#recover()
    const sandbox = this.#sandboxes.get(id)
    if (sandbox === undefined) throw new SandboxError('sandbox_not_found', `There is no sandbox ${id}.`)
    return sandbox
  }

  #recover(): Promise<void> {
    this.#recovery ??= this.#findAll()
    return this.#recovery
  }

  /** What an earlier process of ours left: sandboxes that go on, and such as it never finished making. */
  async #findAll(): Promise<void> {
    this.#host.trash.resume()
    this.#snapshots.removeHalfMade()
    const { sandboxesDir } = this.#host.places
    for (const id of existsSync(sandboxesDir) ? readdirSync(sandboxesDir) : []) {
      const sandbox = LocalSandbox.find(id, this.#host)
      if (sandbox?.isHalfStarted) await sandbox.stop()
      if (sandbox === null || sandbox.isHalfMade) await this.#discard(id, sandbox)
      else this.#sandboxes.set(id, sandbox)
    }
  }

  async #discard(id: string, sandbox: LocalSandbox | null): Promise<void> {
    this.#host.log.warn({ sandbox: id }, 'Removing a sandbox that was never finished')
    if (sandbox !== null) await sandbox.delete()
    else this.#host.trash.take(this.#host.places.of(id).base)
  }
}

function requireId(id: string): void {
  if (!ID.test(id)) throw new SandboxError('bad_request', 'An id is 1 to 63 of a-z, 0-9 and inner hyphens.')
}

function asProviderFailure(error: unknown, what = 'The sandbox could not be started.'): SandboxError {
  if (error instanceof SandboxError) return error
  return new SandboxError('provider_failed', `${what} The server log has the details.`, { cause: error })
}

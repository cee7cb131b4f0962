import type { SandboxChange } from '../provider'
import { DiskWatch } from './disk-watch'
import type { Host } from './host'
import type { LocalSandbox } from './local-sandbox'

type Listener = (id: string, change: SandboxChange) => void

/** The end of a sandbox is told within this time; a look costs a few microseconds per sandbox. */
const LOOK_INTERVAL_MS = 500

/** Notices what happens to sandboxes without our doing. */
export class Monitor {
  readonly #host: Host
  readonly #sandboxes: () => LocalSandbox[]
  readonly #listeners = new Set<Listener>()
  readonly #disk: DiskWatch
  readonly #timer: NodeJS.Timeout
  #ends: Promise<void> | null = null
  #disks: Promise<void> | null = null

  constructor(host: Host, sandboxes: () => LocalSandbox[]) {
    this.#host = host
    this.#sandboxes = sandboxes
    this.#disk = new DiskWatch(host, (id, change) => this.#tell(id, change))
    this.#timer = setInterval(() => this.#look(), LOOK_INTERVAL_MS)
    this.#timer.unref()
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all([this.#ends, this.#disks])
    await this.#disk.close()
  }

  /** A long walk through a large tree must not keep the end of another sandbox from being noticed. */
  #look(): void {
    this.#ends ??= this.#guarded(this.#lookAtEnds()).finally(() => {
      this.#ends = null
    })
    this.#disks ??= this.#guarded(this.#disk.look(this.#sandboxes())).finally(() => {
      this.#disks = null
    })
  }

  async #lookAtEnds(): Promise<void> {
    for (const sandbox of this.#sandboxes()) {
      const reason = sandbox.hasEnded ? await sandbox.clearUpAfterEnd() : null
      if (reason !== null) this.#tell(sandbox.id, { type: 'exited', reason })
    }
  }

  async #guarded(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#host.log.error({ err: error }, 'A look at the sandboxes failed')
    }
  }

  #tell(id: string, change: SandboxChange): void {
    for (const listener of this.#listeners) listener(id, change)
  }
}

import type { SandboxChange } from '../provider'
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
  #timer: NodeJS.Timeout | null = null
  #current: Promise<void> = Promise.resolve()

  constructor(host: Host, sandboxes: () => LocalSandbox[]) {
    this.#host = host
    this.#sandboxes = sandboxes
    this.#timer = setInterval(() => this.#tick(), LOOK_INTERVAL_MS)
    this.#timer.unref()
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer)
    this.#timer = null
    await this.#current
  }

  #tick(): void {
    this.#current = this.#current
      .then(() => this.#look())
      .catch((error: unknown) => {
        this.#host.log.error({ err: error }, 'A look at the sandboxes failed')
      })
  }

  async #look(): Promise<void> {
    for (const sandbox of this.#sandboxes()) {
      if (!sandbox.hasEnded) continue
      const reason = sandbox.ranOutOfMemory ? 'out_of_memory' : 'unknown'
      await sandbox.stop()
      this.#tell(sandbox.id, { type: 'exited', reason })
    }
  }

  #tell(id: string, change: SandboxChange): void {
    for (const listener of this.#listeners) listener(id, change)
  }
}

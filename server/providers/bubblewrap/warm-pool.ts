import { randomUUID } from 'node:crypto'
import type { SandboxSpec } from '../provider'
import type { Host } from './host'
import { LocalSandbox, type SandboxShape } from './local-sandbox'

/** No id of a sandbox begins so. */
const KEY_PREFIX = '.warm-'
/** After the last creation, so that the next one of a burst comes before what may be wanted later. */
const REFILL_DELAY_MS = 20
/** A machine that fails to prepare one is not asked again until somebody made one by himself. */
const MAX_FAILURES = 3

/**
 * Sandboxes made in advance, in the shape of the last one that was asked for. Each is complete but for its name and its
 * agent's secret, and costs what an idle sandbox does.
 */
export class WarmPool {
  readonly #host: Host
  readonly #size: number
  #shape: SandboxShape | null = null
  #routes = ''
  #ready: LocalSandbox[] = []
  #timer: NodeJS.Timeout | null = null
  #filling: Promise<void> = Promise.resolve()
  #failures = 0
  #isClosed = false

  constructor(host: Host, size: number) {
    this.#host = host
    this.#size = size
  }

  /** One that fits, or none. */
  take(spec: SandboxSpec): LocalSandbox | null {
    if (!this.#fits(spec)) this.#empty()
    this.#shape = { limits: spec.limits, egress: spec.egress }
    this.#routes = this.#host.routes()
    let found = this.#ready.shift()
    while (found && !found.isPrepared) {
      this.#discard(found)
      found = this.#ready.shift()
    }
    return found ?? null
  }

  /** Called when a creation has ended: fills up once there is quiet. */
  refillSoon(hasSucceeded: boolean): void {
    if (hasSucceeded) this.#failures = 0
    if (this.#timer) clearTimeout(this.#timer)
    if (this.#isClosed || this.#size === 0) return
    this.#timer = setTimeout(() => {
      this.#filling = this.#filling.then(() => this.#fill())
    }, REFILL_DELAY_MS)
    this.#timer.unref()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#timer) clearTimeout(this.#timer)
    await this.#filling
    await Promise.all(this.#ready.splice(0).map((sandbox) => sandbox.delete()))
  }

  /** The host's addresses are part of what a warm sandbox refuses to reach. */
  #fits({ limits, egress }: SandboxSpec): boolean {
    return (
      JSON.stringify(this.#shape) === JSON.stringify({ limits, egress }) &&
      this.#routes === this.#host.routes()
    )
  }

  async #fill(): Promise<void> {
    while (
      !this.#isClosed &&
      this.#shape &&
      this.#ready.length < this.#size &&
      this.#failures < MAX_FAILURES
    ) {
      const shape = this.#shape
      const sandbox = LocalSandbox.make(`${KEY_PREFIX}${randomUUID()}`, shape, this.#host)
      try {
        await sandbox.prepare()
        if (shape === this.#shape || JSON.stringify(shape) === JSON.stringify(this.#shape))
          this.#ready.push(sandbox)
        else await sandbox.delete()
      } catch (error) {
        this.#failures += 1
        this.#host.log.warn({ err: error }, 'A sandbox could not be prepared')
        await sandbox.delete()
      }
    }
  }

  #empty(): void {
    for (const sandbox of this.#ready.splice(0)) this.#discard(sandbox)
  }

  #discard(sandbox: LocalSandbox): void {
    sandbox.delete().catch((error: unknown) => {
      this.#host.log.error({ err: error }, 'A prepared sandbox could not be removed')
    })
  }
}

import { randomUUID } from 'node:crypto'
import type { SandboxSpec } from '../provider'
import type { Host } from './host'
import { LocalSandbox, type SandboxShape } from './local-sandbox'

/** No id of a sandbox begins so. */
const KEY_PREFIX = '.warm-'
/** A machine that fails to prepare one is not asked again until somebody made one by himself. */
const MAX_FAILURES = 3
/** Whoever was given one has its answer by then, and its first command under way: a start keeps this process busy for milliseconds. */
const REFILL_DELAY_MS = 20

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
  /** The one being made, for whoever asked first while there was none; else it joins the others. */
  #next: { made: Promise<LocalSandbox | null>; isClaimed: boolean } | null = null
  #filling: Promise<void> = Promise.resolve()
  #failures = 0
  #isClosed = false

  constructor(host: Host, size: number) {
    this.#host = host
    this.#size = size
  }

  /** One that fits, or none. */
  async take(spec: SandboxSpec): Promise<LocalSandbox | null> {
    if (!this.#fits(spec)) this.#empty()
    this.#shape = { limits: spec.limits, egress: spec.egress }
    this.#routes = this.#host.routes()
    for (let found = this.#ready.shift(); found; found = this.#ready.shift()) {
      if (found.isPrepared) return found
      this.#discard(found)
    }
    // One that is under way is ready sooner than one begun now, which would only slow it down.
    if (this.#next === null || this.#next.isClaimed) return null
    this.#next.isClaimed = true
    return this.#next.made
  }

  /** Called when nobody waits for a creation. */
  refill(hasSucceeded: boolean): void {
    if (hasSucceeded) this.#failures = 0
    setTimeout(() => {
      this.#filling = this.#filling.then(() => this.#fill())
    }, REFILL_DELAY_MS).unref()
  }

  async close(): Promise<void> {
    this.#isClosed = true
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
    while (!this.#isClosed && this.#ready.length < this.#size && this.#failures < MAX_FAILURES) {
      if (this.#shape === null) return
      const next = { made: this.#make(this.#shape), isClaimed: false }
      this.#next = next
      const sandbox = await next.made
      this.#next = null
      if (sandbox !== null && !next.isClaimed) this.#ready.push(sandbox)
    }
  }

  /** `null` where it failed, or where meanwhile something else is asked for. */
  async #make(shape: SandboxShape): Promise<LocalSandbox | null> {
    let sandbox: LocalSandbox | null = null
    try {
      sandbox = LocalSandbox.make(`${KEY_PREFIX}${randomUUID()}`, shape, this.#host)
      await sandbox.prepare()
      if (JSON.stringify(shape) === JSON.stringify(this.#shape)) return sandbox
    } catch (error) {
      this.#failures += 1
      this.#host.log.warn({ err: error }, 'A sandbox could not be prepared')
    }
    if (sandbox !== null) this.#discard(sandbox)
    return null
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

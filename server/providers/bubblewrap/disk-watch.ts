import type { SandboxChange } from '../provider'
import { isNearlyFull, measureTree } from './disk-usage'
import type { LocalSandbox } from './local-sandbox'

/** Between two walks of one tree at least this, so that a flood is seen while it is small … */
const MIN_INTERVAL_MS = 1_000
/** … and so many times what the walk took, so that walking never takes more than a small part of a core. */
const REST_PER_WALK = 20
/** Held writers go on when this part of the limit is free again: else each deleted byte would let them write one. */
const RELEASE_PART = 0.95

interface Measured {
  cpuMs: number | null
  nextAtMs: number
}

/** Measures what running sandboxes store, and holds those that have reached their limit or fill the host's disk. */
export class DiskWatch {
  readonly #dataDir: string
  readonly #tell: (id: string, change: SandboxChange) => void
  readonly #measured = new WeakMap<LocalSandbox, Measured>()
  readonly #heldAt = new WeakMap<LocalSandbox, number>()

  constructor(dataDir: string, tell: (id: string, change: SandboxChange) => void) {
    this.#dataDir = dataDir
    this.#tell = tell
  }

  async look(sandboxes: LocalSandbox[]): Promise<void> {
    const isHostFull = await isNearlyFull(this.#dataDir)
    for (const sandbox of sandboxes) {
      if (this.#isDue(sandbox)) await this.#measure(sandbox)
    }
    const largest = isHostFull ? largestOf(sandboxes) : undefined
    for (const sandbox of sandboxes) await this.#decide(sandbox, sandbox === largest, isHostFull)
  }

  /** What has used no processor since has written nothing. */
  #isDue(sandbox: LocalSandbox): boolean {
    const last = this.#measured.get(sandbox)
    if (!sandbox.isRunning) return false
    if (last === undefined) return true
    const { cpuMs } = sandbox.usage()
    return performance.now() >= last.nextAtMs && (cpuMs === null || cpuMs !== last.cpuMs)
  }

  async #measure(sandbox: LocalSandbox): Promise<void> {
    const startedAt = performance.now()
    const { cpuMs } = sandbox.usage()
    const bytes = await measureTree(sandbox.root)
    if (bytes !== null) sandbox.noteDisk(bytes)
    const now = performance.now()
    const rest = Math.max(MIN_INTERVAL_MS, (now - startedAt) * REST_PER_WALK)
    this.#measured.set(sandbox, { cpuMs, nextAtMs: now + rest })
  }

  async #decide(sandbox: LocalSandbox, isLargest: boolean, isHostFull: boolean): Promise<void> {
    const { diskBytes } = sandbox.usage()
    const limit = sandbox.limits.diskBytes ?? Number.POSITIVE_INFINITY
    if (diskBytes === null) return
    const isOver = diskBytes >= limit || isLargest
    const isUnder = diskBytes < limit * RELEASE_PART && !isHostFull
    if (isOver && this.#mustHold(sandbox, diskBytes)) {
      this.#heldAt.set(sandbox, diskBytes)
      if (await sandbox.holdWriters(true)) this.#tell(sandbox.id, { type: 'disk_full' })
    } else if (isUnder && (await sandbox.holdWriters(false))) this.#tell(sandbox.id, { type: 'disk_ok' })
  }

  /** Programs started while others are held may be making room; they are held too once there is less of it. */
  #mustHold(sandbox: LocalSandbox, diskBytes: number): boolean {
    const heldAt = this.#heldAt.get(sandbox)
    return !sandbox.areWritersHeld || heldAt === undefined || diskBytes > heldAt
  }
}

/** The next to be held when the host's disk runs full; one more at each look until it does not. */
function largestOf(sandboxes: LocalSandbox[]): LocalSandbox | undefined {
  const free = sandboxes.filter((sandbox) => sandbox.isRunning && !sandbox.areWritersHeld)
  return free.sort((a, b) => (b.usage().diskBytes ?? 0) - (a.usage().diskBytes ?? 0))[0]
}

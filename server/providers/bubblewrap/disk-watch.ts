import type { SandboxChange } from '../provider'
import { isNearlyFull, measureTrees } from './disk-usage'
import type { LocalSandbox } from './local-sandbox'

/** Between two walks at least this, so that a flood is seen while it is small … */
const MIN_INTERVAL_MS = 1_000
/** … and so many times what the walk took, so that walking never takes more than a small part of a core. */
const REST_PER_WALK = 20
/** An idle agent uses this much processor in a few seconds; what has used less since the last walk has written little. */
const IDLE_CPU_MS = 5
/** Held writers go on when this part of the limit is free again: else each deleted byte would let them write one. */
const RELEASE_PART = 0.95

/** Measures what running sandboxes store, and holds those that have reached their limit or fill the host's disk. */
export class DiskWatch {
  readonly #dataDir: string
  readonly #tell: (id: string, change: SandboxChange) => void
  /** Processor time of each at its last walk. */
  readonly #cpuMs = new WeakMap<LocalSandbox, number>()
  readonly #heldAt = new WeakMap<LocalSandbox, number>()
  #nextWalkAt = 0

  constructor(dataDir: string, tell: (id: string, change: SandboxChange) => void) {
    this.#dataDir = dataDir
    this.#tell = tell
  }

  async look(sandboxes: LocalSandbox[]): Promise<void> {
    if (performance.now() < this.#nextWalkAt) return
    const startedAt = performance.now()
    await this.#measure(sandboxes.filter((sandbox) => this.#isDue(sandbox)))
    const now = performance.now()
    this.#nextWalkAt = now + Math.max(MIN_INTERVAL_MS, (now - startedAt) * REST_PER_WALK)
    const isHostFull = await isNearlyFull(this.#dataDir)
    const largest = isHostFull ? largestOf(sandboxes) : undefined
    for (const sandbox of sandboxes) await this.#decide(sandbox, sandbox === largest, isHostFull)
  }

  #isDue(sandbox: LocalSandbox): boolean {
    if (!sandbox.isRunning) return false
    const last = this.#cpuMs.get(sandbox)
    const now = sandbox.cpuMs
    if (last !== undefined && now !== null && now - last < IDLE_CPU_MS) return false
    this.#cpuMs.set(sandbox, now ?? 0)
    return true
  }

  async #measure(sandboxes: LocalSandbox[]): Promise<void> {
    const sizes = await measureTrees(sandboxes.map(({ root }) => root))
    for (const sandbox of sandboxes) sandbox.noteDisk(sizes.get(sandbox.root) ?? sandbox.diskBytes)
  }

  async #decide(sandbox: LocalSandbox, isLargest: boolean, isHostFull: boolean): Promise<void> {
    const { diskBytes } = sandbox
    const limit = sandbox.limits.diskBytes ?? Number.POSITIVE_INFINITY
    if (diskBytes === null) return
    const isOver = diskBytes >= limit || isLargest
    const isUnder = diskBytes < limit * RELEASE_PART && !isHostFull
    if (isOver && this.#mustHold(sandbox, diskBytes)) {
      this.#heldAt.set(sandbox, diskBytes)
      if (await sandbox.holdWriters(true)) this.#tell(sandbox.id, { type: 'disk_full' })
    } else if (isUnder && sandbox.areWritersHeld) {
      if (await sandbox.holdWriters(false)) this.#tell(sandbox.id, { type: 'disk_ok' })
    }
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
  return free.sort((a, b) => (b.diskBytes ?? 0) - (a.diskBytes ?? 0))[0]
}

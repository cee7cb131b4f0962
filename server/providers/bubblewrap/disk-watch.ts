import type { SandboxChange } from '../provider'
import { isNearlyFull } from './disk-usage'
import { DiskWalks } from './disk-walks'
import type { Host } from './host'
import { type HostProcess, signalProcess } from './host-process'
import type { LocalSandbox } from './local-sandbox'
import type { UnlinkedFile } from './unlinked-files'

/** How much is free is one cheap question, asked this often however long trees take to walk. */
const LOOK_INTERVAL_MS = 1_000
/** Held writers go on when this part of the limit is free again: else each deleted byte would let them write one. */
const RELEASE_PART = 0.95

/** Holds running sandboxes that have reached their disk limit or fill the host's disk. */
export class DiskWatch {
  readonly #dataDir: string
  readonly #tell: (id: string, change: SandboxChange) => void
  readonly #walks: DiskWalks
  readonly #heldAt = new WeakMap<LocalSandbox, number>()
  /** Where files without a name filled the disk, until there is room again. */
  readonly #relieved = new WeakSet<LocalSandbox>()
  #nextLookAt = 0

  constructor({ places, log }: Host, tell: (id: string, change: SandboxChange) => void) {
    this.#dataDir = places.dataDir
    this.#tell = tell
    this.#walks = new DiskWalks(log)
  }

  async look(sandboxes: LocalSandbox[]): Promise<void> {
    if (performance.now() < this.#nextLookAt) return
    this.#nextLookAt = performance.now() + LOOK_INTERVAL_MS
    this.#walks.begin(sandboxes)
    const isHostFull = await isNearlyFull(this.#dataDir)
    const largest = isHostFull ? largestOf(sandboxes) : undefined
    for (const sandbox of sandboxes) await this.#decide(sandbox, sandbox === largest, isHostFull)
  }

  close(): Promise<void> {
    return this.#walks.close()
  }

  async #decide(sandbox: LocalSandbox, isLargest: boolean, isHostFull: boolean): Promise<void> {
    const limit = sandbox.limits.diskBytes ?? Number.POSITIVE_INFINITY
    const isTooSlow = this.#walks.isTooSlow(sandbox)
    // Unknown is over the limit where it took too long to find out, and nothing where there was no time yet.
    const diskBytes = isTooSlow ? Number.POSITIVE_INFINITY : (sandbox.diskBytes ?? 0)
    const isOver = isLargest || isTooSlow || diskBytes >= limit
    const isUnder = !isTooSlow && diskBytes < limit * RELEASE_PART && !isHostFull
    const excessBytes = diskBytes - limit * RELEASE_PART
    const unlinked = isOver && sandbox.isRunning ? this.#walks.unlinkedOf(sandbox) : []
    const holders = holdersToEnd(unlinked, excessBytes)
    if (holders.length > 0) {
      await this.#relieve(sandbox, holders)
    } else if (isOver && this.#mustHold(sandbox, diskBytes)) {
      this.#heldAt.set(sandbox, diskBytes)
      if (await sandbox.holdWriters(true)) this.#tell(sandbox.id, { type: 'disk_full' })
    } else if (isUnder && (sandbox.areWritersHeld || this.#relieved.has(sandbox))) {
      const wasHeld = await sandbox.holdWriters(false)
      if (this.#relieved.delete(sandbox) || wasHeld) this.#tell(sandbox.id, { type: 'disk_ok' })
    }
  }

  /** Nobody can delete a file without a name: it goes when whoever holds it ends, which a paused program does not. */
  async #relieve(sandbox: LocalSandbox, holders: HostProcess[]): Promise<void> {
    for (const holder of holders) signalProcess(holder, 'SIGKILL')
    const wasTold = (await sandbox.holdWriters(false)) || this.#relieved.has(sandbox)
    this.#relieved.add(sandbox)
    this.#walks.expectChange(sandbox)
    if (!wasTold) this.#tell(sandbox.id, { type: 'disk_full' })
  }

  /** Programs started while others are held may be making room; they are held too once there is less of it. */
  #mustHold(sandbox: LocalSandbox, diskBytes: number): boolean {
    const heldAt = this.#heldAt.get(sandbox)
    return !sandbox.areWritersHeld || heldAt === undefined || diskBytes > heldAt
  }
}

/** The next to be held when the host's disk runs full, measured or not; one more at each look until it does not. */
function largestOf(sandboxes: LocalSandbox[]): LocalSandbox | undefined {
  const free = sandboxes.filter((sandbox) => sandbox.isRunning && !sandbox.areWritersHeld)
  return free.sort((a, b) => (b.diskBytes ?? 0) - (a.diskBytes ?? 0))[0]
}

/** Those who hold the largest nameless files, as many as it takes to free so much; nobody where that is not enough. */
function holdersToEnd(files: UnlinkedFile[], excessBytes: number): HostProcess[] {
  const ended: HostProcess[] = []
  let freedBytes = 0
  for (const { bytes, holders } of [...files].sort((a, b) => b.bytes - a.bytes)) {
    if (freedBytes > excessBytes) break
    freedBytes += bytes
    ended.push(...holders)
  }
  return freedBytes > excessBytes ? ended : []
}

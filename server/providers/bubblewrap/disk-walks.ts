import type { Logger } from '../../log'
import { measureTrees, WALK_TIMEOUT_MS } from './disk-usage'
import type { LocalSandbox } from './local-sandbox'
import { findUnlinkedFiles, type UnlinkedFile } from './unlinked-files'

/** Between two walks of a tree at least this, so that a flood is seen while it is small … */
const MIN_REST_MS = 1_000
/** … so many times what the walk took, so that a large tree costs a small part of a core … */
const REST_PER_WALK = 20
/** … and at most this: what is written meanwhile is the most that a large tree can be over its limit unseen. */
const MAX_REST_MS = 30_000
/** On a machine with many sandboxes, this is what bounds the walking. */
const MAX_WALKS = 4
/** Trees that took longer than a second share this many of them, so that they never keep the others waiting. */
const MAX_SLOW_WALKS = 2
const SLOW_MS = 1_000
/** An idle agent uses this much processor in a few seconds; what has used less since the last walk has written little. */
const IDLE_CPU_MS = 5

interface Visit {
  isWalking: boolean
  isTooSlow: boolean
  tookMs: number
  nextAt: number
  /** Its processor time when the last walk began. */
  cpuMs: number | null
  unlinked: UnlinkedFile[]
}

/** Measures what running sandboxes store, each at its own pace. */
export class DiskWalks {
  readonly #log: Logger
  readonly #visits = new WeakMap<LocalSandbox, Visit>()
  readonly #walks = new Map<Promise<void>, Visit>()
  readonly #closing = new AbortController()
  #sandboxes: LocalSandbox[] = []

  constructor(log: Logger) {
    this.#log = log
  }

  /** Begins the walks that are due, the longest due first; the others' turn comes when one of these ends. */
  begin(sandboxes: LocalSandbox[]): void {
    if (this.#closing.signal.aborted) return
    this.#sandboxes = sandboxes
    const running = sandboxes.filter(({ isRunning }) => isRunning)
    const due = running.filter((sandbox) => isDue(sandbox, this.#visitOf(sandbox)))
    due.sort((a, b) => this.#visitOf(a).nextAt - this.#visitOf(b).nextAt)
    for (const sandbox of due) {
      const visit = this.#visitOf(sandbox)
      if (!this.#hasRoomFor(visit)) continue
      const walk: Promise<void> = this.#walk(sandbox, visit)
        .finally(() => {
          this.#walks.delete(walk)
          this.begin(this.#sandboxes)
        })
        // Nobody waits for a walk, so that nobody else would hear of its failure.
        .catch((error: unknown) => this.#log.error({ err: error }, 'The files of a sandbox were not counted'))
      this.#walks.set(walk, visit)
    }
  }

  isTooSlow(sandbox: LocalSandbox): boolean {
    return this.#visits.get(sandbox)?.isTooSlow ?? false
  }

  /** As last seen: what it holds open without a name. */
  unlinkedOf(sandbox: LocalSandbox): UnlinkedFile[] {
    return this.#visits.get(sandbox)?.unlinked ?? []
  }

  /** Something was changed from outside: the next look walks, however idle it is. */
  expectChange(sandbox: LocalSandbox): void {
    const visit = this.#visitOf(sandbox)
    visit.nextAt = 0
    visit.cpuMs = null
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#walks.keys())
  }

  #visitOf(sandbox: LocalSandbox): Visit {
    const known = this.#visits.get(sandbox)
    if (known) return known
    // A sandbox is busy with its start first, and perhaps a hundred others are.
    const nextAt = performance.now() + MIN_REST_MS
    const visit = { isWalking: false, isTooSlow: false, tookMs: 0, nextAt, cpuMs: null, unlinked: [] }
    this.#visits.set(sandbox, visit)
    return visit
  }

  #hasRoomFor({ tookMs }: Visit): boolean {
    if (this.#walks.size >= MAX_WALKS) return false
    const slow = [...this.#walks.values()].filter((visit) => visit.tookMs > SLOW_MS)
    return tookMs <= SLOW_MS || slow.length < MAX_SLOW_WALKS
  }

  async #walk(sandbox: LocalSandbox, visit: Visit): Promise<void> {
    const startedAt = performance.now()
    visit.isWalking = true
    try {
      await this.#measure(sandbox, visit)
    } finally {
      visit.tookMs = performance.now() - startedAt
      visit.nextAt = performance.now() + restAfter(visit.tookMs)
      visit.isWalking = false
    }
  }

  async #measure(sandbox: LocalSandbox, visit: Visit): Promise<void> {
    visit.cpuMs = sandbox.cpuMs
    const options = { signal: this.#closing.signal, timeoutMs: WALK_TIMEOUT_MS }
    const [trees, unlinked] = await Promise.all([
      measureTrees(sandbox.writableFolders, options),
      findUnlinkedFiles(sandbox.userPids, sandbox.root, options),
    ])
    const isTooSlow = trees === 'too_slow' || unlinked === 'too_slow'
    if (isTooSlow && !visit.isTooSlow)
      this.#log.warn({ sandbox: sandbox.id }, 'The files of a sandbox take too long to count')
    if (unlinked !== 'too_slow') visit.unlinked = unlinked
    if (typeof trees === 'number') sandbox.noteDisk(trees + sumOf(visit.unlinked))
    visit.isTooSlow = isTooSlow || (trees === null && visit.isTooSlow)
  }
}

function sumOf(files: UnlinkedFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0)
}

export function restAfter(tookMs: number): number {
  return Math.min(MAX_REST_MS, Math.max(MIN_REST_MS, tookMs * REST_PER_WALK))
}

function isDue({ cpuMs }: LocalSandbox, visit: Visit): boolean {
  if (visit.isWalking || performance.now() < visit.nextAt) return false
  // One that was too slow is held and idle, and must still be seen once its disk is well again.
  if (visit.isTooSlow || visit.cpuMs === null || cpuMs === null) return true
  return cpuMs - visit.cpuMs >= IDLE_CPU_MS
}

import { SandboxError } from '@/lib/errors'

/** What one owner may have at once; `null` is no limit. */
export interface Quota {
  sandboxes: number | null
  memoryBytes: number | null
  diskBytes: number | null
}

/** What one sandbox may use; where it has no limit, it is not counted. */
export interface Share {
  memoryBytes: number | null
  diskBytes: number | null
}

/** Each costs a row in every list; more are a loop that forgot to end. The quota of disk is the bound that is meant. */
const MAX_SNAPSHOTS = 200

/**
 * What each owner has, in memory: counting in the database would let two creations at once both see the last free place.
 * The service is the only one that makes and deletes sandboxes.
 */
export class Owners {
  readonly #quota: Quota
  readonly #shares = new Map<string, Map<string, Share>>()
  /** Bytes of each snapshot. */
  readonly #snapshots = new Map<string, Map<string, number>>()

  constructor(quota: Quota) {
    this.#quota = quota
  }

  /** Takes a place for a new sandbox, or refuses with `quota_exceeded`. */
  claim(userId: string, sandboxId: string, share: Share): void {
    const mine = this.#shares.get(userId) ?? new Map<string, Share>()
    this.#check(mine, share, this.#snapshotBytes(userId))
    this.add(userId, sandboxId, share)
  }

  /** A sandbox that is there already, whatever the quota says now. */
  add(userId: string, sandboxId: string, share: Share): void {
    const mine = this.#shares.get(userId) ?? new Map<string, Share>()
    this.#shares.set(userId, mine.set(sandboxId, share))
  }

  release(userId: string, sandboxId: string): void {
    const mine = this.#shares.get(userId)
    mine?.delete(sandboxId)
    if (mine?.size === 0) this.#shares.delete(userId)
  }

  /**
   * Takes a place and room for a snapshot that may become so large (`null`: as large as there is room), or refuses. Resolves to
   * what it may take, `null` without a limit; `addSnapshot` says what it took.
   */
  claimSnapshot(userId: string, snapshotId: string, mostBytes: number | null): number | null {
    const count = this.#snapshots.get(userId)?.size ?? 0
    if (count >= MAX_SNAPSHOTS) throw exceeded(`You have ${count} snapshots, and that is the most.`)
    const { diskBytes } = this.#quota
    const room = diskBytes === null ? null : diskBytes - this.#diskBytes(userId)
    if (room !== null && room <= 0) throw this.noRoom()
    const bytes = room === null || mostBytes === null ? (room ?? mostBytes) : Math.min(room, mostBytes)
    // Without a quota nothing adds up.
    this.addSnapshot(userId, snapshotId, room === null ? 0 : (bytes ?? 0))
    return bytes
  }

  /** One that is there already, or is whole now. */
  addSnapshot(userId: string, snapshotId: string, bytes: number): void {
    const mine = this.#snapshots.get(userId) ?? new Map<string, number>()
    this.#snapshots.set(userId, mine.set(snapshotId, bytes))
  }

  releaseSnapshot(userId: string, snapshotId: string): void {
    const mine = this.#snapshots.get(userId)
    mine?.delete(snapshotId)
    if (mine?.size === 0) this.#snapshots.delete(userId)
  }

  /** What a snapshot that found no room is refused with. */
  noRoom(): SandboxError {
    return exceeded(
      `Your sandboxes and snapshots may have ${inMb(this.#quota.diskBytes ?? 0)} of disk together.`,
    )
  }

  #snapshotBytes(userId: string): number {
    return [...(this.#snapshots.get(userId)?.values() ?? [])].reduce((total, bytes) => total + bytes, 0)
  }

  #diskBytes(userId: string): number {
    const mine = [...(this.#shares.get(userId)?.values() ?? [])]
    return mine.reduce((total, { diskBytes }) => total + (diskBytes ?? 0), this.#snapshotBytes(userId))
  }

  #check(mine: Map<string, Share>, share: Share, snapshotBytes: number): void {
    const { sandboxes, memoryBytes, diskBytes } = this.#quota
    if (sandboxes !== null && mine.size >= sandboxes) {
      throw exceeded(`You have ${mine.size} sandboxes, and ${sandboxes} is the most.`)
    }
    if (memoryBytes !== null && sum(mine, share, 'memoryBytes') > memoryBytes) {
      throw exceeded(`Your sandboxes may have ${inMb(memoryBytes)} of memory together.`)
    }
    if (diskBytes !== null && sum(mine, share, 'diskBytes') + snapshotBytes > diskBytes) {
      if (snapshotBytes > 0) throw this.noRoom()
      throw exceeded(`Your sandboxes may have ${inMb(diskBytes)} of disk together.`)
    }
  }
}

function sum(mine: Map<string, Share>, share: Share, key: keyof Share): number {
  return [...mine.values(), share].reduce((total, each) => total + (each[key] ?? 0), 0)
}

function exceeded(fact: string): SandboxError {
  return new SandboxError('quota_exceeded', `${fact} Delete one that you no longer need.`)
}

function inMb(bytes: number): string {
  return `${Math.floor(bytes / (1024 * 1024))} MB`
}

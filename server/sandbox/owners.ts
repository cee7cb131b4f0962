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

/**
 * What each owner has, in memory: counting in the database would let two creations at once both see the last free place.
 * The service is the only one that makes and deletes sandboxes.
 */
export class Owners {
  readonly #quota: Quota
  readonly #shares = new Map<string, Map<string, Share>>()

  constructor(quota: Quota) {
    this.#quota = quota
  }

  /** Takes a place for a new sandbox, or refuses with `quota_exceeded`. */
  claim(userId: string, sandboxId: string, share: Share): void {
    const mine = this.#shares.get(userId) ?? new Map<string, Share>()
    this.#check(mine, share)
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

  #check(mine: Map<string, Share>, share: Share): void {
    const { sandboxes, memoryBytes, diskBytes } = this.#quota
    if (sandboxes !== null && mine.size >= sandboxes) {
      throw exceeded(`You have ${mine.size} sandboxes, and ${sandboxes} is the most.`)
    }
    if (memoryBytes !== null && sum(mine, share, 'memoryBytes') > memoryBytes) {
      throw exceeded(`Your sandboxes may have ${inMb(memoryBytes)} of memory together.`)
    }
    if (diskBytes !== null && sum(mine, share, 'diskBytes') > diskBytes) {
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

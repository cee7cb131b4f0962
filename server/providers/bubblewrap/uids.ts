import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SandboxError } from '@/lib/errors'

/** Above every range that distributions give to users, services, systemd and the first entries of /etc/subuid. */
const FIRST_UID = 2_000_000
const UID_COUNT = 1_000_000
/** Claims are of the host, not of a data directory: several Sandlots may run on one machine. Empty after a boot. */
const CLAIMS_DIR = '/run/sandlot/uids'
const MAX_TRIES = 10_000

/** Gives each sandbox a host user of its own when root runs Sandlot; an ordinary user has only itself to give. */
export class Uids {
  readonly isPerSandbox: boolean

  constructor() {
    this.isPerSandbox = process.getuid?.() === 0
    if (this.isPerSandbox) mkdirSync(CLAIMS_DIR, { recursive: true, mode: 0o755 })
  }

  claim(owner: string): number {
    if (!this.isPerSandbox) return process.getuid?.() ?? 0
    const taken = takenRanges()
    let uid = FIRST_UID + Math.floor(Math.random() * UID_COUNT)
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (!taken.some(([first, last]) => uid >= first && uid <= last) && take(uid, owner)) return uid
      uid = uid + 1 < FIRST_UID + UID_COUNT ? uid + 1 : FIRST_UID
    }
    throw new SandboxError('provider_failed', 'No host user is free for another sandbox.')
  }

  /** Takes one again that a sandbox on disk already has. */
  reclaim(uid: number, owner: string): void {
    if (!this.isPerSandbox || take(uid, owner) || isOurs(uid, owner)) return
    throw new SandboxError(
      'provider_failed',
      `The host user ${uid} of this sandbox is in use by another Sandlot.`,
    )
  }

  release(uid: number, owner: string): void {
    if (!this.isPerSandbox || !isOurs(uid, owner)) return
    unlinkSync(join(CLAIMS_DIR, String(uid)))
  }
}

function take(uid: number, owner: string): boolean {
  try {
    writeFileSync(join(CLAIMS_DIR, String(uid)), owner, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Of the same data directory: there, which sandbox has which user is on record. */
function isOurs(uid: number, owner: string): boolean {
  const dataDirOf = (text: string) => text.slice(0, text.lastIndexOf(' '))
  const claimed = claimedBy(uid)
  return claimed !== null && dataDirOf(claimed) === dataDirOf(owner)
}

function claimedBy(uid: number): string | null {
  try {
    return readFileSync(join(CLAIMS_DIR, String(uid)), 'utf8')
  } catch {
    return null
  }
}

/** What /etc/passwd and /etc/subuid already give to somebody. */
function takenRanges(): [number, number][] {
  const users = lines('/etc/passwd').map((fields) => Number(fields[2]))
  const ranges = lines('/etc/subuid').map((fields) => [Number(fields[1]), Number(fields[2])] as const)
  return [
    ...users.map((uid): [number, number] => [uid, uid]),
    ...ranges.map(([first, count]): [number, number] => [first, first + count - 1]),
  ]
}

function lines(path: string): string[][] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line.includes(':'))
      .map((line) => line.split(':'))
  } catch {
    return []
  }
}

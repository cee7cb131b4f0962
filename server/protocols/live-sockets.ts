import { SandboxError } from '@/lib/errors'
import type { Access, SandboxPrincipal } from '../auth/access'

/** Tabs, terminals and viewers of one sandbox; a class that watches one terminal fits. */
const MAX_PER_SANDBOX = 256
/** Beyond it Node's timers fire at once; no session token lives that long. */
const MAX_TIMER_MS = 2 ** 31 - 1

interface Held {
  tokenId: string | null
  end: () => void
}

/** Open sockets, so that one whose token is revoked or expires does not outlive it. */
export class LiveSockets {
  readonly #bySandbox = new Map<string, Set<Held>>()

  constructor(access: Access) {
    access.onRevoked((tokenId) => this.#endAll(tokenId))
  }

  /** `end` is called at most once; the returned function lets go of a socket that has ended by itself. */
  hold({ sandboxId, tokenId, expiresAt }: SandboxPrincipal, end: () => void): () => void {
    const mine = this.#bySandbox.get(sandboxId) ?? new Set<Held>()
    if (mine.size >= MAX_PER_SANDBOX) {
      throw new SandboxError('too_many', `This sandbox has ${MAX_PER_SANDBOX} open streams. Close some.`)
    }
    const held: Held = { tokenId, end: () => finish(end) }
    const timer = expiresAt === null ? undefined : setTimeout(held.end, untilMs(expiresAt))
    timer?.unref()
    this.#bySandbox.set(sandboxId, mine.add(held))
    const finish = (then?: () => void) => {
      clearTimeout(timer)
      if (mine.delete(held)) then?.()
      if (mine.size === 0 && this.#bySandbox.get(sandboxId) === mine) this.#bySandbox.delete(sandboxId)
    }
    return () => finish()
  }

  #endAll(tokenId: string): void {
    const all = [...this.#bySandbox.values()].flatMap((sockets) => [...sockets])
    for (const held of all) if (held.tokenId === tokenId) held.end()
  }
}

function untilMs(isoTime: string): number {
  return Math.min(Math.max(Date.parse(isoTime) - Date.now(), 0), MAX_TIMER_MS)
}

import { SandboxError } from '@/lib/errors'
import type { Access, SandboxPrincipal } from '../auth/access'

/** Tabs and terminals of one person, or a class that watches one terminal by one link. */
export const MAX_PER_TOKEN = 128
/** From here on no more viewers come in. Whoever works in the sandbox still does: their tokens have a bound each. */
export const MAX_PER_SANDBOX = 256
/** Beyond it Node's timers fire at once; no session token lives that long. */
const MAX_TIMER_MS = 2 ** 31 - 1

interface Held {
  /** The token's id; the kind of credential where it has none. */
  holder: string
  end: () => void
}

/** Open sockets, so that one whose token is revoked or expires does not outlive it. */
export class LiveSockets {
  readonly #access: Pick<Access, 'watchToken'>
  readonly #bySandbox = new Map<string, Set<Held>>()

  constructor(access: Pick<Access, 'watchToken'>) {
    this.#access = access
  }

  /** `end` is called at most once; the returned function lets go of a socket that has ended by itself. */
  hold(principal: SandboxPrincipal, end: () => void): () => void {
    const { sandboxId, tokenId, kind, expiresAt } = principal
    const held: Held = { holder: tokenId ?? kind, end: () => finish(end) }
    const all = this.#bySandbox.get(sandboxId) ?? new Set<Held>()
    requireRoom(all, held.holder, principal.role)
    this.#bySandbox.set(sandboxId, all.add(held))
    const finish = (then?: () => void) => {
      clearTimeout(timer)
      unwatch?.()
      if (all.delete(held)) then?.()
      if (all.size === 0 && this.#bySandbox.get(sandboxId) === all) this.#bySandbox.delete(sandboxId)
    }
    const timer = expiresAt === null ? undefined : setTimeout(() => finish(end), untilMs(expiresAt))
    timer?.unref()
    const unwatch = tokenId === null ? undefined : this.#access.watchToken(tokenId, () => finish(end))
    return () => finish()
  }

  /** What it takes to come in has changed: whoever still may comes back. */
  endAll(sandboxId: string): void {
    for (const held of [...(this.#bySandbox.get(sandboxId) ?? [])]) held.end()
  }
}

function requireRoom(all: Set<Held>, holder: string, role: SandboxPrincipal['role']): void {
  const mine = [...all].filter((held) => held.holder === holder).length
  if (mine >= MAX_PER_TOKEN)
    throw new SandboxError('too_many', `This token has ${MAX_PER_TOKEN} open streams here. Close some.`)
  if (role === 'view' && all.size >= MAX_PER_SANDBOX)
    throw new SandboxError('too_many', 'This sandbox has too many viewers for now. Try again later.')
}

function untilMs(isoTime: string): number {
  return Math.min(Math.max(Date.parse(isoTime) - Date.now(), 0), MAX_TIMER_MS)
}

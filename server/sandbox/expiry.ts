import { SandboxError } from '@/lib/errors'
import { Deadlines } from './deadlines'

/** Time to save what matters. */
const WARNING_MS = 60_000
/** A provider that could not delete an expired sandbox gets another chance. */
const RETRY_MS = 30_000

/** When sandboxes are over, and when to say that they soon will be. */
export class Expiry {
  readonly #ends: Deadlines
  readonly #warnings: Deadlines

  constructor(on: { over(id: string): void; soonOver(id: string): void }) {
    this.#ends = new Deadlines(on.over)
    this.#warnings = new Deadlines(on.soonOver)
  }

  /** In place of what was set before; `null`: never. */
  set(id: string, expiresAt: string | null): void {
    const endMs = expiresAt === null ? null : Date.parse(expiresAt)
    this.#ends.set(id, endMs)
    // Who asked for less than that knows.
    const isWarned = endMs !== null && endMs - WARNING_MS > Date.now()
    this.#warnings.set(id, isWarned ? endMs - WARNING_MS : null)
  }

  tryAgainLater(id: string): void {
    this.#ends.set(id, Date.now() + RETRY_MS)
  }

  close(): void {
    this.#ends.close()
    this.#warnings.close()
  }
}

export function isOver(expiresAt: string | null, nowMs = Date.now()): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= nowMs
}

/**
 * So many milliseconds from now, but never earlier than before; what never expires stays so. `bad_request` for more than
 * `mostMs`, which a new sandbox could not have either.
 */
export function extendedExpiry(
  expiresAt: string | null,
  durationMs: number,
  mostMs: number | null,
): string | null {
  if (mostMs !== null && durationMs > mostMs)
    throw new SandboxError(
      'bad_request',
      `Sandboxes of this Sandlot may live for ${mostMs / 1000} more seconds at most (SANDLOT_TIMEOUT_MINUTES). Ask for no more.`,
    )
  if (expiresAt === null) return null
  return new Date(Math.max(Date.parse(expiresAt), Date.now() + durationMs)).toISOString()
}

import { randomUUID } from 'node:crypto'
import type { MagicLinkRow, MagicLinkStore } from '@/lib/db/magic-links'
import { SandboxError } from '@/lib/errors'
import { hashSecret, newSecret } from './secrets'
import type { Role } from './session-tokens'

const LIFETIME_MS = 5 * 60_000
const MAX_REDIRECT_LENGTH = 1024
/** A single slash first, no backslash, nothing that is no text: what every browser reads as a path of the same host. */
const RELATIVE_PATH = /^\/(?!\/)[^\p{Cc}\p{Cs}\\]*$/u

export async function createMagicLink(
  store: MagicLinkStore,
  sandboxId: string,
  role: Role,
  redirectUrl: string,
): Promise<{ secret: string; expiresAt: string; redirectUrl: string }> {
  refuseForeignRedirect(redirectUrl)
  const now = Date.now()
  const secret = newSecret()
  const expiresAt = new Date(now + LIFETIME_MS).toISOString()
  await store.deleteExpired(new Date(now).toISOString())
  await store.insert({
    id: randomUUID(),
    sandbox_id: sandboxId,
    secret_hash: hashSecret(secret),
    role,
    redirect_url: redirectUrl,
    created_at: new Date(now).toISOString(),
    expires_at: expiresAt,
    used_at: null,
  })
  return { secret, expiresAt, redirectUrl }
}

/** Uses the link up: of any number of callers, one gets it. */
export async function redeemMagicLink(
  store: MagicLinkStore,
  sandboxId: string,
  secret: string,
): Promise<MagicLinkRow> {
  const row = await store.redeem(hashSecret(secret), new Date().toISOString())
  if (row === null || row.sandbox_id !== sandboxId) throw linkIsUsed()
  return row
}

/** Before anything is used up, and before a name is told to whoever asks. */
export async function requireOpenMagicLink(
  store: MagicLinkStore,
  sandboxId: string,
  secret: string,
): Promise<void> {
  if (!(await store.isOpen(sandboxId, hashSecret(secret), new Date().toISOString()))) throw linkIsUsed()
}

function linkIsUsed(): SandboxError {
  return new SandboxError(
    'bad_request',
    'This link has been used already, or is older than five minutes. Open the sandbox again from where the link came from.',
  )
}

function refuseForeignRedirect(redirectUrl: string): void {
  if (redirectUrl.length <= MAX_REDIRECT_LENGTH && RELATIVE_PATH.test(redirectUrl)) return
  throw new SandboxError('bad_request', 'redirectUrl must be a path on the sandbox itself, such as /play/.')
}

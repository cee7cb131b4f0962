import { randomUUID } from 'node:crypto'
import type { SessionTokenRow, SessionTokenStore } from '@/lib/db/session-tokens'
import { SandboxError } from '@/lib/errors'
import { hashSecret, newSecret } from './secrets'

export type Role = 'view' | 'edit' | 'own'

export interface SessionTokenSummary {
  id: string
  role: Role
  description: string | null
  createdAt: string
  expiresAt: string
  lastUsedAt: string | null
}

export const SESSION_TOKEN_SECONDS = 7 * 24 * 3600
const MAX_SESSION_TOKEN_SECONDS = 366 * 24 * 3600
/** Of one sandbox, expired ones included until they are swept. */
const MAX_TOKENS = 2_000

export interface SessionTokenOptions {
  role: Role
  description?: string | undefined
  expiresInSeconds?: number | undefined
}

export async function createSessionToken(
  store: SessionTokenStore,
  sandboxId: string,
  options: SessionTokenOptions,
): Promise<SessionTokenSummary & { token: string }> {
  await makeRoom(store, sandboxId)
  const token = newSecret()
  const now = Date.now()
  const seconds = Math.min(options.expiresInSeconds ?? SESSION_TOKEN_SECONDS, MAX_SESSION_TOKEN_SECONDS)
  const row = {
    id: randomUUID(),
    sandbox_id: sandboxId,
    token_hash: hashSecret(token),
    role: options.role,
    description: options.description ?? null,
    created_at: new Date(now).toISOString(),
    expires_at: new Date(now + seconds * 1000).toISOString(),
    last_used_at: null,
  }
  await store.insert(row)
  return { ...sessionTokenSummary(row), token }
}

async function makeRoom(store: SessionTokenStore, sandboxId: string): Promise<void> {
  const rows = await store.listBySandbox(sandboxId)
  if (rows.length < MAX_TOKENS) return
  const now = new Date().toISOString()
  const expired = rows.filter((row) => row.expires_at <= now)
  if (expired.length === 0)
    throw new SandboxError(
      'quota_exceeded',
      `This sandbox has ${MAX_TOKENS} session tokens. Revoke some first.`,
    )
  for (const row of expired) await store.delete(sandboxId, row.id)
}

export function sessionTokenSummary(row: SessionTokenRow): SessionTokenSummary {
  return {
    id: row.id,
    role: row.role,
    description: row.description,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  }
}

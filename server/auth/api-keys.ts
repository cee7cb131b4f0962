import { randomUUID } from 'node:crypto'
import type { ApiKeyRow, ApiKeyStore } from '@/lib/db/api-keys'
import { SandboxError } from '@/lib/errors'
import { hashSecret, newSecret } from './secrets'

export interface ApiKeySummary {
  id: string
  name: string
  prefix: string
  createdAt: string
  lastUsedAt: string | null
}

export const API_KEY_PREFIX = 'sl_'
/** Enough to tell keys apart on a screen, and no help in guessing the other 37 characters. */
const SHOWN_CHARACTERS = 9
/** Keys that somebody makes in a loop by mistake would otherwise fill the table. */
const MAX_KEYS = 200

/** The key itself is in this answer and nowhere else, ever. */
export async function createApiKey(
  store: ApiKeyStore,
  userId: string,
  name: string,
): Promise<ApiKeySummary & { key: string }> {
  const existing = await store.listByUser(userId)
  if (existing.length >= MAX_KEYS)
    throw new SandboxError('quota_exceeded', `There are ${MAX_KEYS} API keys already. Revoke one first.`)
  const key = `${API_KEY_PREFIX}${newSecret()}`
  const row = {
    id: randomUUID(),
    user_id: userId,
    name,
    prefix: key.slice(0, SHOWN_CHARACTERS),
    key_hash: hashSecret(key),
    created_at: new Date().toISOString(),
    last_used_at: null,
  }
  await store.insert(row)
  return { ...summaryOf(row), key }
}

export async function listApiKeys(store: ApiKeyStore, userId: string): Promise<ApiKeySummary[]> {
  return (await store.listByUser(userId)).map(summaryOf)
}

export async function deleteApiKey(store: ApiKeyStore, userId: string, id: string): Promise<void> {
  if (!(await store.delete(userId, id))) throw new SandboxError('not_found', 'There is no such API key.')
}

function summaryOf(row: ApiKeyRow): ApiKeySummary {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  }
}

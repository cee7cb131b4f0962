import type { Generated } from 'kysely'

/**
 * The tables, alike on SQLite and PostgreSQL: text, integers and JSON as text. Times are ISO 8601 text in UTC, so that they
 * sort and compare alike; booleans are 0 or 1. Secrets are SHA-256 hashes in hexadecimal, never the secrets.
 * The four tables of next-auth have the names and columns of @auth/kysely-adapter.
 */
export interface Database {
  User: UserTable
  Account: AccountTable
  Session: SessionTable
  VerificationToken: VerificationTokenTable
  api_keys: ApiKeyTable
  sandboxes: SandboxTable
  session_tokens: SessionTokenTable
  magic_links: MagicLinkTable
  snapshots: SnapshotTable
  watchers: WatcherTable
  signals: SignalsTable
}

export interface UserTable {
  id: Generated<string>
  name: string | null
  email: string
  emailVerified: string | null
  image: string | null
  role: Generated<'owner' | 'member' | 'guest'>
}

export interface AccountTable {
  id: Generated<string>
  userId: string
  type: string
  provider: string
  providerAccountId: string
  refresh_token: string | null
  access_token: string | null
  expires_at: number | null
  token_type: string | null
  scope: string | null
  id_token: string | null
  session_state: string | null
}

export interface SessionTable {
  id: Generated<string>
  userId: string
  sessionToken: string
  expires: string
}

export interface VerificationTokenTable {
  identifier: string
  token: string
  expires: string
}

export interface ApiKeyTable {
  id: string
  user_id: string
  name: string
  prefix: string
  key_hash: string
  created_at: string
  last_used_at: string | null
}

export interface SandboxTable {
  id: string
  user_id: string
  /** The API key that made it; null where the dashboard did. */
  api_key_id: string | null
  provider: string
  /** Unique among the owner's in its namespace. */
  name: string
  /** Null where it is not to be found by its name: made on the dashboard, or a child. */
  namespace: string | null
  /** Of a child, its main sandbox. */
  parent_id: string | null
  template_id: string | null
  directory: string
  /** JSON: Record<string, string>. */
  envs: string
  /** JSON. */
  metadata: string
  egress: 'none' | 'all'
  /** JSON: SandboxLimits of server/providers/provider.ts. */
  limits: string
  /** JSON: Record<string, string>. */
  unenforced: string
  status: 'starting' | 'running' | 'stopped' | 'failed'
  status_reason: string | null
  /** The agent's secret, which the control plane must be able to say again: sealed with the key in the data directory. */
  agent_secret_sealed: string
  access_token_hash: string
  created_at: string
  last_used_at: string
  expires_at: string | null
  disk_bytes: number | null
}

export interface SessionTokenTable {
  id: string
  sandbox_id: string
  token_hash: string
  role: 'view' | 'edit' | 'own'
  description: string | null
  created_at: string
  expires_at: string
  last_used_at: string | null
}

export interface MagicLinkTable {
  id: string
  sandbox_id: string
  secret_hash: string
  role: 'view' | 'edit' | 'own'
  redirect_url: string
  created_at: string
  expires_at: string
  used_at: string | null
}

export interface SnapshotTable {
  id: string
  user_id: string
  /** The sandbox whose files these are; it may be gone. */
  sandbox_id: string
  provider: string
  name: string | null
  /** JSON. */
  metadata: string
  /** As the sandbox's; so are the next two. */
  directory: string
  envs: string
  template_id: string | null
  status: 'making' | 'ready'
  /** 0 while it is being made. */
  size_bytes: number
  created_at: string
}

export interface WatcherTable {
  id: string
  sandbox_id: string
  /** Absolute. */
  path: string
  /** JSON: string[]. */
  ignored: string
  include_content: 0 | 1
  encoding: 'raw' | 'base64'
  created_at: string
}

export interface SignalsTable {
  sandbox_id: string
  /** How whoever started them addressed us, so that the addresses in signals are of use to them. */
  origin: string
  base: string
}

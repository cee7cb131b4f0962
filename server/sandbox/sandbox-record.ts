import type { SandboxRow } from '@/lib/db/sandboxes'
import type { SandboxLimits } from '../providers/provider'

type SandboxStatus = SandboxRow['status']

/** A sandbox as everybody but the service knows it: no secret in it. */
export interface Sandbox {
  id: string
  userId: string
  apiKeyId: string | null
  provider: string
  name: string
  namespace: string | null
  /** Of a child, its main sandbox. */
  parentId: string | null
  templateId: string | null
  /** Where commands and terminals start. */
  directory: string
  envs: Record<string, string>
  metadata: Record<string, unknown>
  egress: 'none' | 'all'
  limits: SandboxLimits
  /** Limits that the machine does not enforce, with the reason. */
  unenforced: Record<string, string>
  status: SandboxStatus
  /** Why it is stopped or failed, as a sentence. */
  statusReason: string | null
  createdAt: string
  lastUsedAt: string
  expiresAt: string | null
  diskBytes: number | null
}

export function sandboxOf(row: SandboxRow): Sandbox {
  return {
    id: row.id,
    userId: row.user_id,
    apiKeyId: row.api_key_id,
    provider: row.provider,
    name: row.name,
    namespace: row.namespace,
    parentId: row.parent_id,
    templateId: row.template_id,
    directory: row.directory,
    // Our own columns, written by rowOf below.
    envs: JSON.parse(row.envs),
    metadata: JSON.parse(row.metadata),
    egress: row.egress,
    limits: JSON.parse(row.limits),
    unenforced: JSON.parse(row.unenforced),
    status: row.status,
    statusReason: row.status_reason,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    diskBytes: row.disk_bytes,
  }
}

export function rowOf(
  sandbox: Sandbox,
  secrets: { agentSecretSealed: string; accessTokenHash: string },
): SandboxRow {
  return {
    id: sandbox.id,
    user_id: sandbox.userId,
    api_key_id: sandbox.apiKeyId,
    provider: sandbox.provider,
    name: sandbox.name,
    namespace: sandbox.namespace,
    parent_id: sandbox.parentId,
    template_id: sandbox.templateId,
    directory: sandbox.directory,
    envs: JSON.stringify(sandbox.envs),
    metadata: JSON.stringify(sandbox.metadata),
    egress: sandbox.egress,
    limits: JSON.stringify(sandbox.limits),
    unenforced: JSON.stringify(sandbox.unenforced),
    status: sandbox.status,
    status_reason: sandbox.statusReason,
    agent_secret_sealed: secrets.agentSecretSealed,
    access_token_hash: secrets.accessTokenHash,
    created_at: sandbox.createdAt,
    last_used_at: sandbox.lastUsedAt,
    expires_at: sandbox.expiresAt,
    disk_bytes: sandbox.diskBytes,
  }
}

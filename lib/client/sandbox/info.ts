import type { SandboxInfo as WorkbenchInfo } from '@/lib/protocol/workbench'

export type SandboxInfo = {
  id: string
  name: string
  provider: string
  /** Of its template; node where that has no other. */
  runtime: WorkbenchInfo['runtime']
  /** `stopped` also while it starts. */
  status: 'running' | 'stopped' | 'error'
  /** Why it is stopped or failed, as a sentence. */
  statusReason?: string
  createdAt: Date
  /** From its creation to its end, in milliseconds; Infinity where it has no end. */
  timeout: number
  expiresAt?: Date
  /** What it was created with; only for who may do with it what its owner may. */
  metadata?: Record<string, unknown>
}

export function infoOf(info: WorkbenchInfo): SandboxInfo {
  const createdAt = new Date(info.created_at)
  const expiresAt = info.expires_at === null ? undefined : new Date(info.expires_at)
  return {
    id: info.id,
    name: info.name,
    provider: info.provider,
    runtime: info.runtime,
    status: statusOf(info.status),
    ...(info.status_reason === null ? {} : { statusReason: info.status_reason }),
    createdAt,
    timeout: expiresAt ? expiresAt.getTime() - createdAt.getTime() : Number.POSITIVE_INFINITY,
    ...(expiresAt ? { expiresAt } : {}),
    ...(info.metadata ? { metadata: info.metadata } : {}),
  }
}

function statusOf(status: WorkbenchInfo['status']): SandboxInfo['status'] {
  if (status === 'failed') return 'error'
  return status === 'running' ? 'running' : 'stopped'
}

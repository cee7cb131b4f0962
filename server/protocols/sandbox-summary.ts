import type { SandboxSummary } from '@/lib/protocol/sandboxes'
import type { Sandbox } from '../sandbox/sandbox-record'

/** A sandbox as the root API shows it. */
export function sandboxSummary(sandbox: Sandbox, url: string): SandboxSummary {
  return {
    sandboxId: sandbox.id,
    url,
    provider: sandbox.provider,
    name: sandbox.name,
    namespace: sandbox.namespace,
    parentId: sandbox.parentId,
    templateId: sandbox.templateId,
    status: sandbox.status,
    statusReason: sandbox.statusReason,
    createdAt: sandbox.createdAt,
    lastUsedAt: sandbox.lastUsedAt,
    expiresAt: sandbox.expiresAt,
    diskBytes: sandbox.diskBytes,
    metadata: sandbox.metadata,
  }
}

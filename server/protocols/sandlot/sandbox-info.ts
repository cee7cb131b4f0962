import { posix } from 'node:path'
import type { SandboxInfo } from '@/lib/protocol/workbench'
import type { Role } from '../../auth/access'
import type { Sandbox } from '../../sandbox/sandbox-record'
import { loadTemplate } from '../../templates/catalog'

/** A sandbox as the workbench shows it to somebody of that role. */
export function sandboxInfo(sandbox: Sandbox, role: Role, appUrl: string): SandboxInfo {
  const { directory, limits } = sandbox
  const template = sandbox.templateId === null ? null : loadTemplate(sandbox.templateId)
  const openFile = template?.openFile ?? null
  return {
    id: sandbox.id,
    name: sandbox.name,
    provider: sandbox.provider,
    runtime: template?.runtime ?? 'node',
    ...(role === 'own' ? { metadata: sandbox.metadata } : {}),
    template: template && { id: template.id, name: template.name },
    status: sandbox.status,
    status_reason: sandbox.statusReason,
    role,
    created_at: sandbox.createdAt,
    expires_at: sandbox.expiresAt,
    directory,
    egress: sandbox.egress,
    limits: {
      memory_bytes: limits.memoryBytes,
      cpus: limits.cpus,
      processes: limits.processes,
      disk_bytes: limits.diskBytes,
    },
    unenforced: sandbox.unenforced,
    app_url: appUrl,
    start_command: template?.startCommand ?? null,
    open_file: openFile === null ? null : posix.join(directory, openFile),
  }
}

import type { CreateSandboxBody } from '@/lib/protocol/sandboxes'
import type { CreateOptions } from '../../sandbox/draft'
import { parsePath, resolvePath } from '../paths'

const MEGABYTE = 1024 * 1024

type AskedOptions = Omit<CreateOptions, 'userId' | 'apiKeyId' | 'accessTokenHash' | 'parent' | 'prepare'>

/** What a body asks for, in the words of the service. */
export function createOptions(body: CreateSandboxBody): AskedOptions {
  const { timeout, limits, directory, templateId, name, namespace, envs, egress } = body
  return {
    templateId,
    snapshotId: body.snapshotId ?? undefined,
    name,
    namespace,
    envs,
    metadata: withNotices(body),
    egress,
    timeoutMs: timeout,
    directory: directory === undefined ? undefined : resolvePath(parsePath(directory), '/'),
    limits: limits && {
      memoryBytes: limits.memoryMb === undefined ? undefined : limits.memoryMb * MEGABYTE,
      cpus: limits.cpus,
      processes: limits.processes,
      diskBytes: limits.diskMb === undefined ? undefined : limits.diskMb * MEGABYTE,
      openFiles: limits.openFiles,
    },
  }
}

/** Of an answer, ComputeSDK's client shows the metadata: there it is said what was asked for in vain. */
function withNotices({ metadata, image }: CreateSandboxBody): CreateSandboxBody['metadata'] {
  if (!image) return metadata
  const notice = `The image ${image} is not used: sandboxes of this Sandlot have the system of its machine. Choose a templateId for their files.`
  return { ...metadata, sandlot_notices: [notice] }
}

import { type CreatedSandbox, CreateSandboxBody } from '@/lib/protocol/sandboxes'
import { type Access, hashSecret, newSecret } from '../../auth/access'
import type { RequestContext } from '../../request-context'
import type { CreateOptions } from '../../sandbox/draft'
import type { SandboxService } from '../../sandbox/sandbox-service'
import { parsePath, resolvePath } from '../paths'
import { sandboxSummary } from '../sandbox-summary'
import type { RequestRoute } from '../site'

export interface GatewayDeps {
  sandboxes: SandboxService
  access: Access
  /** Base of a sandbox's own API for programs, no slash at its end. */
  sandboxUrl: (sandboxId: string, context: RequestContext) => string
}

const MEGABYTE = 1024 * 1024

/** The part of ComputeSDK's gateway that makes, finds and ends sandboxes. All its 2xx answers are JSON, never 204. */
export function gatewayRoutes({ sandboxes, access, sandboxUrl }: GatewayDeps): RequestRoute<unknown>[] {
  return [
    {
      method: 'POST',
      pattern: '/v1/sandboxes',
      async handle(exchange) {
        const principal = await access.root(exchange.request)
        const body = await exchange.json(CreateSandboxBody)
        const token = newSecret()
        const options = { ...principal, accessTokenHash: hashSecret(token), ...createOptions(body) }
        const sandbox = await sandboxes.create(options)
        const url = sandboxUrl(sandbox.id, exchange.context)
        const data: CreatedSandbox = { ...sandboxSummary(sandbox, url), token }
        exchange.send(201, { success: true, data })
      },
    },
    {
      method: 'GET',
      pattern: '/v1/sandboxes/:id',
      async handle(exchange) {
        const { userId } = await access.root(exchange.request)
        const sandbox = await sandboxes.getOwned(exchange.param('id'), userId)
        const data = sandboxSummary(sandbox, sandboxUrl(sandbox.id, exchange.context))
        exchange.send(200, { success: true, data })
      },
    },
    {
      method: 'DELETE',
      pattern: '/v1/sandboxes/:id',
      async handle(exchange) {
        const { userId } = await access.root(exchange.request)
        const { id } = await sandboxes.getOwned(exchange.param('id'), userId)
        await sandboxes.delete(id)
        exchange.send(200, { success: true })
      },
    },
  ]
}

function createOptions(
  body: CreateSandboxBody,
): Omit<CreateOptions, 'userId' | 'apiKeyId' | 'accessTokenHash'> {
  const { timeout, limits, directory, templateId, name, namespace, envs, metadata, egress } = body
  return {
    templateId,
    name,
    namespace,
    envs,
    metadata,
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

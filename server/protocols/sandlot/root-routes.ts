import {
  CreateApiKeyBody,
  type OpenedSandbox,
  OpenSandboxBody,
  type TemplateSummary,
} from '@/lib/protocol/sandboxes'
import type { Access } from '../../auth/access'
import type { RequestContext } from '../../request-context'
import type { Sandbox } from '../../sandbox/sandbox-record'
import type { SandboxService } from '../../sandbox/sandbox-service'
import { listTemplates } from '../../templates/catalog'
import type { Exchange } from '../exchange'
import { sandboxSummary } from '../sandbox-summary'
import type { RequestRoute } from '../site'

export interface RootDeps {
  sandboxes: SandboxService
  access: Access
  sandboxUrl: (sandboxId: string, context: RequestContext) => string
  browserUrl: (sandboxId: string, context: RequestContext) => string
}

/** What Sandlot adds to the gateway: the list, stop and start, a way in for a browser, templates and keys. */
export function rootRoutes({ sandboxes, access, sandboxUrl, browserUrl }: RootDeps): RequestRoute<unknown>[] {
  const summary = (exchange: Exchange, sandbox: Sandbox) =>
    sandboxSummary(sandbox, sandboxUrl(sandbox.id, exchange.context))
  const owned = async (exchange: Exchange) => {
    const { userId } = await access.root(exchange.request)
    return sandboxes.getOwned(exchange.param('id'), userId)
  }
  return [
    {
      method: 'GET',
      pattern: '/v1/sandboxes',
      async handle(exchange) {
        const { userId } = await access.root(exchange.request)
        const data = (await sandboxes.list(userId)).map((sandbox) => summary(exchange, sandbox))
        exchange.send(200, { success: true, data })
      },
    },
    {
      method: 'POST',
      pattern: '/v1/sandboxes/:id/start',
      async handle(exchange) {
        const sandbox = await sandboxes.start((await owned(exchange)).id)
        exchange.send(200, { success: true, data: summary(exchange, sandbox) })
      },
    },
    {
      method: 'POST',
      pattern: '/v1/sandboxes/:id/stop',
      async handle(exchange) {
        const sandbox = await sandboxes.stop((await owned(exchange)).id)
        exchange.send(200, { success: true, data: summary(exchange, sandbox) })
      },
    },
    {
      method: 'POST',
      pattern: '/v1/sandboxes/:id/open',
      async handle(exchange) {
        const { id } = await owned(exchange)
        const { role, redirectUrl } = await exchange.json(OpenSandboxBody)
        const link = await access.createMagicLink(id, role ?? 'own', redirectUrl ?? '/play/')
        const data: OpenedSandbox = {
          magicUrl: `${browserUrl(id, exchange.context)}/auth/magic/${link.secret}`,
          expiresAt: link.expiresAt,
          redirectUrl: link.redirectUrl,
        }
        exchange.send(200, { success: true, data })
      },
    },
    {
      method: 'GET',
      pattern: '/v1/templates',
      async handle(exchange) {
        await access.root(exchange.request)
        const data: TemplateSummary[] = listTemplates()
        exchange.send(200, { success: true, data })
      },
    },
    ...keyRoutes(access),
  ]
}

function keyRoutes(access: Access): RequestRoute<unknown>[] {
  return [
    {
      method: 'GET',
      pattern: '/v1/keys',
      async handle(exchange) {
        const { userId } = await access.root(exchange.request)
        exchange.send(200, { success: true, data: await access.listApiKeys(userId) })
      },
    },
    {
      method: 'POST',
      pattern: '/v1/keys',
      async handle(exchange) {
        const { userId } = await access.root(exchange.request)
        const { name } = await exchange.json(CreateApiKeyBody)
        exchange.send(201, { success: true, data: await access.createApiKey(userId, name) })
      },
    },
    {
      method: 'DELETE',
      pattern: '/v1/keys/:id',
      async handle(exchange) {
        const { userId } = await access.root(exchange.request)
        await access.deleteApiKey(userId, exchange.param('id'))
        exchange.send(200, { success: true })
      },
    },
  ]
}

import {
  type CreatedSandbox,
  CreateSandboxBody,
  DEFAULT_NAMESPACE,
  ExtendSandboxBody,
} from '@/lib/protocol/sandboxes'
import { type Access, hashSecret, newSecret, type RootPrincipal } from '../../auth/access'
import type { RequestContext } from '../../request-context'
import type { CreateOptions } from '../../sandbox/draft'
import type { NamedSandboxes } from '../../sandbox/named-sandboxes'
import type { Sandbox } from '../../sandbox/sandbox-record'
import type { SandboxService } from '../../sandbox/sandbox-service'
import type { Exchange } from '../exchange'
import { sandboxSummary } from '../sandbox-summary'
import type { RequestRoute } from '../site'
import { createOptions } from './create-options'
import { sendData } from './gateway-answer'
import { setupOf } from './setup'

export interface GatewayDeps {
  sandboxes: SandboxService
  names: NamedSandboxes
  access: Access
  /** Base of a sandbox's own API for programs, no slash at its end. */
  sandboxUrl: (sandboxId: string, context: RequestContext) => string
}

/** The part of ComputeSDK's gateway that makes, finds, extends and ends sandboxes. */
export function gatewayRoutes({
  sandboxes,
  names,
  access,
  sandboxUrl,
}: GatewayDeps): RequestRoute<unknown>[] {
  const summary = (exchange: Exchange, sandbox: Sandbox) =>
    sandboxSummary(sandbox, sandboxUrl(sandbox.id, exchange.context))
  const owned = async (exchange: Exchange) => {
    const { userId } = await access.root(exchange.request)
    return sandboxes.getOwned(exchange.param('id'), userId)
  }
  return [
    {
      method: 'POST',
      pattern: '/v1/sandboxes',
      async handle(exchange) {
        const principal = await access.root(exchange.request)
        const body = await exchange.json(CreateSandboxBody)
        const token = newSecret()
        const setup = setupOf(body)
        const options = {
          ...principal,
          accessTokenHash: hashSecret(token),
          ...createOptions(body),
          namespace: namespaceOf(body, principal),
          prepare: setup.prepare,
        }
        const answer = async (): Promise<CreatedSandbox> => {
          const sandbox = await create(names, sandboxes, options)
          return { ...summary(exchange, sandbox), token, ...setup.done }
        }
        await sendData(exchange, 201, answer())
      },
    },
    {
      method: 'GET',
      pattern: '/v1/sandboxes/:id',
      async handle(exchange) {
        const data = summary(exchange, await owned(exchange))
        exchange.send(200, { success: true, data })
      },
    },
    {
      method: 'POST',
      pattern: '/v1/sandboxes/:id/extend',
      async handle(exchange) {
        const { id } = await owned(exchange)
        const { duration } = await exchange.json(ExtendSandboxBody)
        const data = summary(exchange, await sandboxes.extend(id, duration))
        exchange.send(200, { success: true, data })
      },
    },
    {
      method: 'DELETE',
      pattern: '/v1/sandboxes/:id',
      async handle(exchange) {
        const { id } = await owned(exchange)
        await sendData(exchange, 200, sandboxes.delete(id))
      },
    },
  ]
}

/** A program that names a sandbox means to find it again; a person on the dashboard only means to tell it from others. */
function namespaceOf({ name, namespace }: CreateSandboxBody, { apiKeyId }: RootPrincipal) {
  return namespace ?? (name === undefined || apiKeyId === null ? undefined : DEFAULT_NAMESPACE)
}

function create(names: NamedSandboxes, sandboxes: SandboxService, options: CreateOptions): Promise<Sandbox> {
  const { name, namespace } = options
  if (name === undefined || namespace === undefined) return sandboxes.create(options)
  return names.create({ ...options, name, namespace })
}

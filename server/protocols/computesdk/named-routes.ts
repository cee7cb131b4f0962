import { SandboxError } from '@/lib/errors'
import { FindOrCreateSandboxBody, FindSandboxBody, type FoundSandbox } from '@/lib/protocol/sandboxes'
import { hashSecret, newSecret } from '../../auth/access'
import type { Sandbox } from '../../sandbox/sandbox-record'
import type { Exchange } from '../exchange'
import { settlesEarly } from '../patient-answer'
import { sandboxSummary } from '../sandbox-summary'
import type { RequestRoute } from '../site'
import { createOptions } from './create-options'
import type { GatewayDeps } from './gateway'
import { setupOf } from './setup'

interface Found {
  sandbox: Sandbox
  /** Only of one that this very call made. */
  token?: string
}

/** Sandboxes by the name that a program gave them. */
export function namedRoutes({ names, access, sandboxUrl }: GatewayDeps): RequestRoute<unknown>[] {
  const found = (exchange: Exchange, { sandbox, token }: Found): FoundSandbox => {
    const summary = sandboxSummary(sandbox, sandboxUrl(sandbox.id, exchange.context))
    // One that another process is just making.
    const status = summary.status === 'starting' ? 'creating' : summary.status
    return { ...summary, status, ...(token === undefined ? {} : { token }) }
  }
  const send = async (exchange: Exchange, body: FindSandboxBody, finding: Promise<Found>) => {
    // The client repeats its call: nothing has to be held open for as long as it takes.
    if (!(await settlesEarly(finding))) return sendCreating(exchange, body)
    const data = found(exchange, await finding)
    exchange.send(data.status !== 'creating' && data.token ? 201 : 200, { success: true, data })
  }
  return [
    {
      method: 'POST',
      pattern: '/v1/sandboxes/find',
      async handle(exchange) {
        const { userId } = await access.root(exchange.request)
        const { namespace, name } = await exchange.json(FindSandboxBody)
        const finding = names.find({ userId, namespace, name }).then((sandbox) => {
          if (!sandbox) throw noneOf(namespace, name)
          return { sandbox }
        })
        await send(exchange, { namespace, name }, finding)
      },
    },
    {
      method: 'POST',
      pattern: '/v1/sandboxes/find-or-create',
      async handle(exchange) {
        const principal = await access.root(exchange.request)
        const body = await exchange.json(FindOrCreateSandboxBody)
        const { namespace, name } = body
        const token = newSecret()
        const making = names.findOrCreate({
          ...principal,
          accessTokenHash: hashSecret(token),
          ...createOptions(body),
          prepare: setupOf(body).prepare,
          namespace,
          name,
        })
        const finding = making.then(({ sandbox, isNew }) => (isNew ? { sandbox, token } : { sandbox }))
        await send(exchange, { namespace, name }, finding)
      },
    },
  ]
}

function sendCreating(exchange: Exchange, { namespace, name }: FindSandboxBody): void {
  const data: FoundSandbox = { namespace, name, status: 'creating' }
  exchange.send(200, { success: true, data })
}

function noneOf(namespace: string, name: string): SandboxError {
  return new SandboxError('sandbox_not_found', `There is no sandbox named ${name} in ${namespace}.`)
}

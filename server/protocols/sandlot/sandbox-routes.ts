import type { Role } from '../../auth/access'
import type { RequestContext } from '../../request-context'
import type { Sandbox } from '../../sandbox/sandbox-record'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'
import type { RequestRoute } from '../site'
import { sandboxInfo } from './sandbox-info'

/** The sandbox as a whole. */
export function sandboxRoutes(
  entry: Entry,
  appUrl: (context: RequestContext) => string,
): RequestRoute<SandboxTarget>[] {
  const { sandboxes } = entry
  const send = (exchange: Exchange, sandbox: Sandbox, role: Role) =>
    exchange.send(200, sandboxInfo(sandbox, role, appUrl(exchange.context)))
  return [
    {
      method: 'GET',
      pattern: '/sandbox',
      async handle(exchange, target) {
        const { role } = await entry.authorize(exchange, target, 'view')
        send(exchange, await sandboxes.get(target.id), role)
      },
    },
    {
      method: 'POST',
      pattern: '/sandbox/start',
      async handle(exchange, target) {
        const { role } = await entry.authorize(exchange, target, 'own')
        send(exchange, await sandboxes.start(target.id), role)
      },
    },
    {
      method: 'POST',
      pattern: '/sandbox/stop',
      async handle(exchange, target) {
        const { role } = await entry.authorize(exchange, target, 'own')
        send(exchange, await sandboxes.stop(target.id), role)
      },
    },
    {
      method: 'DELETE',
      pattern: '/sandbox',
      async handle(exchange, target) {
        await entry.authorize(exchange, target, 'own')
        await sandboxes.delete(target.id)
        exchange.done()
      },
    },
  ]
}

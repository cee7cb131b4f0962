import { SandboxError } from '@/lib/errors'
import type { HealthAnswer, InfoAnswer } from '@/lib/protocol/service'
import type { RequestContext } from '../../request-context'
import type { Entry, SandboxTarget } from '../entry'
import type { RequestRoute } from '../site'
import { ReadinessReader } from './readiness'

export interface ServiceDeps {
  entry: Entry
  version: string
  sandboxUrl: (sandboxId: string, context: RequestContext) => string
  /** Where programs find a port. No ticket is in it. */
  previewUrl: (sandboxId: string, port: number, context: RequestContext) => string
}

/** What a client asks about the daemon itself. */
export function serviceRoutes({
  entry,
  version,
  sandboxUrl,
  previewUrl,
}: ServiceDeps): RequestRoute<SandboxTarget>[] {
  const readiness = new ReadinessReader((id) => entry.sandboxes.connect(id))
  return [
    {
      method: 'GET',
      pattern: '/health',
      // Without sign-in, as clients ask before they have anything else.
      async handle(exchange, { id }) {
        const { status } = await entry.sandboxes.get(id)
        if (status !== 'running') throw new SandboxError('sandbox_stopped', 'This sandbox does not run.')
        exchange.send(200, { status: 'ok', timestamp: new Date().toISOString() } satisfies HealthAnswer)
      },
    },
    {
      method: 'GET',
      pattern: '/ready',
      // Without sign-in as well, and so without a word that opens anything.
      async handle(exchange, { id }) {
        exchange.send(200, await readiness.read(id, (port) => previewUrl(id, port, exchange.context)))
      },
    },
    {
      method: 'GET',
      pattern: '/info',
      async handle(exchange, target) {
        await entry.authorize(exchange, target, 'view')
        const { parentId } = await entry.sandboxes.get(target.id)
        const mainId = parentId ?? target.id
        const children = await entry.sandboxes.listChildren(mainId)
        exchange.send(200, {
          message: 'Sandbox information',
          data: {
            auth_enabled: true,
            main_subdomain: mainId,
            sandbox_count: 1 + children.length,
            sandbox_url: sandboxUrl(target.id, exchange.context),
            version,
          },
        } satisfies InfoAnswer)
      },
    },
  ]
}

import { SandboxError } from '@/lib/errors'
import {
  type ServerAnswer,
  type ServerDeletionAnswer,
  ServerLogStream,
  type ServerLogsAnswer,
  ServerStartBody,
  type ServerStatusAnswer,
  ServerStatusBody,
  type ServerStopAnswer,
  type ServersAnswer,
} from '@/lib/protocol/servers'
import type { RequestContext } from '../../request-context'
import type { ServerRecord } from '../../sandbox/agent-servers'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'
import { sendWhenReady, settlesEarly } from '../patient-answer'
import type { RequestRoute } from '../site'
import { managedServer } from './managed-server'
import { startServer } from './start-server'

export interface ServerDeps {
  entry: Entry
  /** Where programs find a port. No ticket is in it. */
  previewUrl: (sandboxId: string, port: number, context: RequestContext) => string
}

/** Managed servers, 4.9 of the protocol. */
export function serverRoutes({ entry, previewUrl }: ServerDeps): RequestRoute<SandboxTarget>[] {
  const shaped = ({ context }: Exchange, { id }: SandboxTarget, record: ServerRecord) =>
    managedServer(record, (port) => previewUrl(id, port, context))
  const answer = (exchange: Exchange, target: SandboxTarget, message: string, record: ServerRecord) =>
    success(message, { server: shaped(exchange, target, record) }) satisfies ServerAnswer
  return [
    {
      method: 'POST',
      pattern: '/servers',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const body = await exchange.json(ServerStartBody)
        const { directory } = await entry.sandboxes.get(target.id)
        const started = startServer(agent, directory, body)
        const told = started.then((record) => answer(exchange, target, 'Server started', record))
        await sendWhenReady(exchange, told, { status: 201 })
      },
    },
    {
      method: 'GET',
      pattern: '/servers',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const servers = (await agent.servers.list()).map((record) => shaped(exchange, target, record))
        exchange.send(200, success('Servers', { servers }) satisfies ServersAnswer)
      },
    },
    {
      method: 'GET',
      pattern: '/servers/:slug',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const record = await agent.servers.get(exchange.param('slug'))
        exchange.send(200, answer(exchange, target, 'Server', record))
      },
    },
    {
      method: 'POST',
      pattern: '/servers/:slug/stop',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const slug = exchange.param('slug')
        const stopped = agent.servers.stop(slug)
        const told = stopped.then(() => success('Server stopped', { slug }) satisfies ServerStopAnswer)
        await sendWhenReady(exchange, told)
      },
    },
    {
      method: 'POST',
      pattern: '/servers/:slug/restart',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const restarted = agent.servers.restart(exchange.param('slug'))
        const told = restarted.then((record) => answer(exchange, target, 'Server restarted', record))
        await sendWhenReady(exchange, told)
      },
    },
    {
      method: 'DELETE',
      pattern: '/servers/:slug',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const deleting = agent.servers.delete(exchange.param('slug'))
        if (await settlesEarly(deleting)) {
          await deleting
          return exchange.done()
        }
        // It will be, at the latest when its time to stop is over.
        deleting.catch((error) => exchange.context.log.warn({ err: error }, 'a server was not deleted'))
        const message = 'The server is being stopped, and then forgotten.'
        exchange.send(202, { status: 'success', message } satisfies ServerDeletionAnswer)
      },
    },
    {
      method: 'GET',
      pattern: '/servers/:slug/logs',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const slug = exchange.param('slug')
        const stream = askedStream(exchange)
        const tail = askedTail(exchange)
        const logs = await agent.servers.log(slug, stream === 'combined' ? 'both' : stream)
        exchange.send(
          200,
          success('Logs', { slug, stream, logs: logs.slice(-tail) }) satisfies ServerLogsAnswer,
        )
      },
    },
    {
      method: 'PATCH',
      pattern: '/servers/:slug/status',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const { status } = await exchange.json(ServerStatusBody)
        const slug = exchange.param('slug')
        await agent.servers.setStatus(slug, status)
        exchange.send(200, success('Status updated', { slug, status }) satisfies ServerStatusAnswer)
      },
    },
  ]
}

function success<T>(message: string, data: T): { status: 'success'; message: string; data: T } {
  return { status: 'success', message, data }
}

function askedStream({ context }: Exchange): ServerLogStream {
  const asked = ServerLogStream.safeParse(context.query.get('stream') ?? 'combined')
  if (asked.success) return asked.data
  throw new SandboxError('bad_request', `stream must be one of ${ServerLogStream.options.join(', ')}.`)
}

/** How many of the newest characters are wanted. */
function askedTail({ context }: Exchange): number {
  const text = context.query.get('tail')
  if (text === null) return Number.POSITIVE_INFINITY
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new SandboxError('bad_request', 'tail must be a whole number of characters, 1 or more.')
}

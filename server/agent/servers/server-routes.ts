import { SERVER_LOG_BYTES, ServerStartBody, ServerStatusBody } from '@/server/agent-contract/servers'
import { jsonBody } from '../json-body'
import type { Call, Route } from '../router'
import { ServerEvents } from './server-events'
import { deleteServer, findServer, listServers, startServer } from './servers'

const MAX_BODY_BYTES = 1024 * 1024

export const serverRoutes: Route[] = [
  {
    method: 'POST',
    path: '/servers',
    handle: async ({ request }) => {
      const started = await startServer(await jsonBody(request, ServerStartBody, MAX_BODY_BYTES))
      return Response.json(started.record(), { status: 201 })
    },
  },
  {
    method: 'GET',
    path: '/servers',
    handle: () => Response.json({ servers: listServers().map((each) => each.record()) }),
  },
  {
    method: 'GET',
    path: '/server-states',
    handle: () => Response.json({ servers: listServers().map((each) => each.state()) }),
  },
  { method: 'WS', path: '/servers/events', handle: () => new ServerEvents() },
  {
    method: 'GET',
    path: '/servers/:slug',
    handle: ({ params: [slug = ''] }) => Response.json(findServer(slug).record()),
  },
  {
    method: 'POST',
    path: '/servers/:slug/stop',
    handle: async ({ params: [slug = ''] }) => {
      const found = findServer(slug)
      await found.stop()
      return Response.json(found.record())
    },
  },
  {
    method: 'POST',
    path: '/servers/:slug/restart',
    handle: async ({ params: [slug = ''] }) => {
      const found = findServer(slug)
      await found.restart()
      return Response.json(found.record())
    },
  },
  {
    method: 'POST',
    path: '/servers/:slug/status',
    handle: async ({ params: [slug = ''], request }) => {
      const found = findServer(slug)
      found.show((await jsonBody(request, ServerStatusBody)).status)
      return Response.json(found.record())
    },
  },
  {
    method: 'DELETE',
    path: '/servers/:slug',
    handle: async ({ params: [slug = ''] }) => {
      await deleteServer(slug)
      return new Response(null, { status: 204 })
    },
  },
  { method: 'GET', path: '/servers/:slug/logs', handle: readLog },
]

function readLog({ params: [slug = ''], query }: Call): Response {
  const stream = query.oneOf('stream', ['stdout', 'stderr', 'both'], 'both')
  const { chunks } = findServer(slug).log.read(stream, 0, SERVER_LOG_BYTES)
  return Response.json({ text: decodeFromMiddle(Buffer.concat(chunks)) })
}

/** The oldest bytes are let go wherever they end: half a character at the beginning is left out, as is one at the end. */
function decodeFromMiddle(bytes: Buffer): string {
  let start = 0
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++
  return new TextDecoder().decode(bytes.subarray(start), { stream: true })
}

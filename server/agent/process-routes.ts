import { SandboxError } from '@/lib/errors'
import { PROCESS_LOG_BYTES, SignalBody, StartBody } from '@/server/agent-contract'
import type { BackgroundProcess } from './background-process'
import { jsonBody } from './json-body'
import { ProcessStream } from './process-stream'
import { deleteProcess, findProcess, listProcesses, startProcess } from './processes'
import type { Call, Route } from './router'
import { runCommand } from './run-command'
import { listSystemProcesses, signalSystemProcess } from './system-processes'
import { signalGroup } from './user-process'

const DEFAULT_OUTPUT_BYTES = 1024 * 1024
const DEFAULT_WAIT_MS = 30_000
const MAX_WAIT_MS = 24 * 60 * 60 * 1000

export const processRoutes: Route[] = [
  { method: 'POST', path: '/processes/run', handle: ({ request }) => runCommand(request) },
  {
    method: 'POST',
    path: '/processes',
    handle: async ({ request }) =>
      Response.json(startProcess(await jsonBody(request, StartBody)).record(), { status: 201 }),
  },
  {
    method: 'GET',
    path: '/processes',
    handle: () => Response.json({ processes: listProcesses().map((each) => each.record()) }),
  },
  {
    method: 'GET',
    path: '/processes/:id',
    handle: ({ params: [id = ''] }) => Response.json(findProcess(id).record()),
  },
  { method: 'GET', path: '/processes/:id/output', handle: readOutput },
  {
    method: 'GET',
    path: '/processes/:id/wait',
    handle: async ({ params: [id = ''], query, request }) => {
      const found = findProcess(id)
      await waitFor(found, query.count('timeoutMs', DEFAULT_WAIT_MS, MAX_WAIT_MS), request.signal)
      return Response.json(found.record())
    },
  },
  {
    method: 'POST',
    path: '/processes/:id/signal',
    handle: async ({ params: [id = ''], request }) => {
      const found = findProcess(id)
      signalGroup(found.pid, (await jsonBody(request, SignalBody)).signal)
      return new Response(null, { status: 204 })
    },
  },
  {
    method: 'DELETE',
    path: '/processes/:id',
    handle: async ({ params: [id = ''] }) => {
      await deleteProcess(id)
      return new Response(null, { status: 204 })
    },
  },
  {
    method: 'WS',
    path: '/processes/:id/stream',
    handle: ({ params: [id = ''], query }) =>
      new ProcessStream(findProcess(id), query.flag('follow') ? undefined : query.count('offset', 0)),
  },
  {
    method: 'GET',
    path: '/system/processes',
    handle: () => Response.json({ processes: listSystemProcesses() }),
  },
  {
    method: 'POST',
    path: '/system/processes/:pid/signal',
    handle: async ({ params: [pid = ''], request }) => {
      signalSystemProcess(pid, (await jsonBody(request, SignalBody)).signal)
      return new Response(null, { status: 204 })
    },
  },
]

function readOutput({ params: [id = ''], query }: Call): Response {
  const { log } = findProcess(id)
  const stream = query.oneOf('stream', ['stdout', 'stderr', 'both'], 'both')
  const limit = query.count('limit', DEFAULT_OUTPUT_BYTES, PROCESS_LOG_BYTES)
  const { offset, chunks } = log.read(stream, query.count('offset', 0), limit)
  return new Response(Buffer.concat(chunks), {
    headers: {
      'Content-Type': 'application/octet-stream',
      'Sandlot-Offset': String(offset),
      'Sandlot-End': String(log.endOffset(stream)),
    },
  })
}

async function waitFor(found: BackgroundProcess, timeoutMs: number, hangUp: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>()
  const timer = setTimeout(over.resolve, timeoutMs)
  hangUp.addEventListener('abort', () => over.resolve())
  await Promise.race([found.ended, over.promise])
  clearTimeout(timer)
  if (found.isRunning)
    throw new SandboxError('timed_out', `The process is still running after ${timeoutMs} ms.`)
}

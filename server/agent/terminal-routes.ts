import { SandboxError } from '@/lib/errors'
import { TerminalBody } from '@/server/agent-contract'
import { MAX_INPUT_BYTES, ResizeBody } from '@/server/agent-contract/terminal-input'
import { jsonBody } from './json-body'
import type { Call, Route } from './router'
import { TerminalViewer } from './terminal-viewer'
import { deleteTerminal, findTerminal, listTerminals, openTerminal } from './terminals'

/** Each viewer has a place in the log and up to one window of output on its way. */
const MAX_VIEWERS = 64

export const terminalRoutes: Route[] = [
  {
    method: 'POST',
    path: '/terminals',
    handle: async ({ request }) =>
      Response.json(openTerminal(await jsonBody(request, TerminalBody)), { status: 201 }),
  },
  {
    method: 'GET',
    path: '/terminals',
    handle: () => Response.json({ terminals: listTerminals().map((terminal) => terminal.info()) }),
  },
  {
    method: 'GET',
    path: '/terminals/:id',
    handle: ({ params: [id = ''] }) => Response.json(findTerminal(id).info()),
  },
  {
    method: 'DELETE',
    path: '/terminals/:id',
    handle: async ({ params: [id = ''] }) => {
      await deleteTerminal(id)
      return new Response(null, { status: 204 })
    },
  },
  { method: 'POST', path: '/terminals/:id/input', handle: typeInto },
  {
    method: 'POST',
    path: '/terminals/:id/resize',
    handle: async ({ params: [id = ''], request }) => {
      const { cols, rows } = await jsonBody(request, ResizeBody)
      findTerminal(id).resize(cols, rows)
      return new Response(null, { status: 204 })
    },
  },
  { method: 'WS', path: '/terminals/:id/stream', handle: viewTerminal },
]

function viewTerminal({ params: [id = ''], query }: Call): TerminalViewer {
  const terminal = findTerminal(id)
  if (terminal.viewerCount >= MAX_VIEWERS) {
    throw new SandboxError('too_many', `A terminal has at most ${MAX_VIEWERS} viewers.`)
  }
  return new TerminalViewer(terminal, {
    offset: query.optional('offset') === undefined ? undefined : query.count('offset', 0),
    from: query.oneOf('from', ['start', 'tail', 'follower'], 'start'),
    role: query.oneOf('role', ['writer', 'reader'], 'reader'),
    isLocked: query.flag('locked'),
  })
}

async function typeInto({ params: [id = ''], request }: Call): Promise<Response> {
  const terminal = findTerminal(id)
  if (Number(request.headers.get('content-length') ?? 0) > MAX_INPUT_BYTES) {
    throw new SandboxError('too_large', `A terminal takes at most ${MAX_INPUT_BYTES} bytes at once.`)
  }
  const isTaken = terminal.input(new Uint8Array(await request.arrayBuffer()))
  if (isTaken) return new Response(null, { status: 204 })
  if (terminal.exitCode !== null) {
    throw new SandboxError('conflict', 'The program of this terminal has ended. Open another terminal.')
  }
  throw new SandboxError('too_many', 'The program of this terminal does not read its input. Wait, or end it.')
}

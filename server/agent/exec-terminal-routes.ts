import { StartBody } from '@/server/agent-contract'
import { ExecTerminalBody } from '@/server/agent-contract/exec-terminals'
import {
  commandsOf,
  deleteExecTerminal,
  findExecTerminal,
  listExecTerminals,
  openExecTerminal,
  startCommand,
  startCommandInOwnTerminal,
} from './exec-terminals'
import { jsonBody } from './json-body'
import type { Call, Route } from './router'

export const execTerminalRoutes: Route[] = [
  {
    method: 'POST',
    path: '/exec-terminals',
    handle: async ({ request }) =>
      Response.json(openExecTerminal(await jsonBody(request, ExecTerminalBody)), { status: 201 }),
  },
  {
    method: 'GET',
    path: '/exec-terminals',
    handle: () => Response.json({ terminals: listExecTerminals() }),
  },
  {
    method: 'POST',
    path: '/exec-terminals/commands',
    handle: async ({ request }) =>
      Response.json(startCommandInOwnTerminal(await jsonBody(request, StartBody)).record(), { status: 201 }),
  },
  {
    method: 'GET',
    path: '/exec-terminals/:id',
    handle: ({ params: [id = ''] }) => Response.json(findExecTerminal(id)),
  },
  {
    method: 'DELETE',
    path: '/exec-terminals/:id',
    handle: async ({ params: [id = ''] }) => {
      await deleteExecTerminal(id)
      return new Response(null, { status: 204 })
    },
  },
  {
    method: 'POST',
    path: '/exec-terminals/:id/commands',
    handle: async ({ params: [id = ''], request }) =>
      Response.json(startCommand(id, await jsonBody(request, StartBody)).record(), { status: 201 }),
  },
  { method: 'POST', path: '/exec-terminals/:id/commands/run', handle: runToEnd },
  {
    method: 'GET',
    path: '/exec-terminals/:id/commands',
    handle: ({ params: [id = ''] }) =>
      Response.json({ processes: commandsOf(id).map((command) => command.record()) }),
  },
]

async function runToEnd({ params: [id = ''], request }: Call): Promise<Response> {
  const command = startCommand(id, await jsonBody(request, StartBody))
  const onHangUp = () => void command.stop()
  request.signal.addEventListener('abort', onHangUp)
  if (request.signal.aborted) onHangUp()
  await command.ended
  request.signal.removeEventListener('abort', onHangUp)
  return Response.json(command.record())
}

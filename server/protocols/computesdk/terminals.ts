import { SandboxError } from '@/lib/errors'
import { type Terminal, TerminalCreateBody } from '@/lib/protocol/workbench'
import type { RequestContext } from '../../request-context'
import type { AgentConnection, TerminalInfo } from '../../sandbox/agent-connection'
import type { ExecTerminal } from '../../sandbox/agent-processes'
import type { Entry, SandboxTarget } from '../entry'
import { parsePath } from '../paths'
import type { RequestRoute } from '../site'
import { badDirectory } from './asked-command'
import type { TerminalChannels } from './terminal-channels'
import { wsUrl } from './ws-url'

export interface TerminalDeps {
  entry: Entry
  terminals: TerminalChannels
  sandboxUrl: (sandboxId: string, context: RequestContext) => string
}

/** Terminals: with a PTY, typed into over /ws or Sandlot's own stream, and without, for commands and their history. */
export function terminalRoutes({
  entry,
  terminals,
  sandboxUrl,
}: TerminalDeps): RequestRoute<SandboxTarget>[] {
  const channelsUrl = (context: RequestContext, { id }: SandboxTarget) => wsUrl(sandboxUrl(id, context))
  return [
    {
      method: 'POST',
      pattern: '/terminals',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const body = await exchange.json(TerminalCreateBody)
        if (!body.pty) {
          const created = await agent.processes.createTerminal(body.shell)
          return exchange.send(201, { message: 'Terminal created', data: execTerminal(created) })
        }
        const created = await createPty(entry, agent, target, body)
        const data = ptyTerminal(created, channelsUrl(exchange.context, target))
        exchange.send(201, { message: 'Terminal created', data })
        terminals.created(target.id, created.id)
      },
    },
    {
      method: 'GET',
      pattern: '/terminals',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const [ptys, execs] = await Promise.all([agent.terminals(), agent.processes.terminals()])
        const url = channelsUrl(exchange.context, target)
        const data = {
          terminals: [...ptys.map((each) => ptyTerminal(each, url)), ...execs.map(execTerminal)],
        }
        exchange.send(200, { message: 'Terminals', data })
      },
    },
    {
      method: 'GET',
      pattern: '/terminals/:id',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const id = exchange.param('id')
        const data = await agent.terminal(id).then(
          (found) => ptyTerminal(found, channelsUrl(exchange.context, target)),
          async (error) => execTerminal(await agent.processes.terminal(id).catch(notFound(error))),
        )
        exchange.send(200, { message: 'Terminal', data })
      },
    },
    {
      method: 'DELETE',
      pattern: '/terminals/:id',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const id = exchange.param('id')
        await agent
          .deleteTerminal(id)
          .catch((error) => agent.processes.deleteTerminal(id).catch(notFound(error)))
        await terminals.deleted(target.id, id)
        exchange.done()
      },
    },
  ]
}

async function createPty(
  entry: Entry,
  agent: AgentConnection,
  target: SandboxTarget,
  body: TerminalCreateBody,
): Promise<TerminalInfo> {
  const { cwd, shell, command, cols, rows, title, encoding } = body
  return await agent
    .createTerminal({
      ...(shell === undefined ? {} : { shell }),
      ...(command === undefined ? {} : { command }),
      ...(cols === undefined ? {} : { cols }),
      ...(rows === undefined ? {} : { rows }),
      ...(title === undefined ? {} : { title }),
      ...(encoding === undefined ? {} : { encoding }),
      ...(cwd === undefined ? {} : { cwd: await entry.resolve(target, parsePath(cwd)) }),
    })
    .catch(badDirectory)
}

/** There is neither a PTY nor an exec terminal; an older agent has none of the second kind. */
function notFound(first: unknown): (second: unknown) => never {
  return (second) => {
    const isKnown = (error: unknown) => error instanceof SandboxError && error.status === 404
    throw isKnown(first) && !isKnown(second) ? second : first
  }
}

function ptyTerminal(info: TerminalInfo, url: string): Terminal {
  return {
    id: info.id,
    pty: true,
    status: info.status === 'running' ? 'running' : 'stopped',
    channel: `terminal:${info.id}`,
    ws_url: url,
    encoding: info.encoding ?? 'raw',
    title: info.title,
    size: { cols: info.cols, rows: info.rows },
    exit_code: info.exitCode,
  }
}

function execTerminal({ id }: ExecTerminal): Terminal {
  return { id, pty: false, status: 'ready' }
}

import { SandboxError } from '@/lib/errors'
import { type Terminal, TerminalCreateBody } from '@/lib/protocol/workbench'
import type { TerminalInfo } from '../../sandbox/agent-connection'
import type { Entry, SandboxTarget } from '../entry'
import { parsePath } from '../paths'
import type { RequestRoute } from '../site'

/** Terminals with a PTY. Their bytes are Sandlot's own stream. */
export function terminalRoutes(entry: Entry): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'POST',
      pattern: '/terminals',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const { pty, cwd, shell, command, cols, rows, title } = await exchange.json(TerminalCreateBody)
        if (!pty) {
          throw new SandboxError(
            'unsupported',
            'Terminals without a PTY are not available yet. Send "pty": true.',
          )
        }
        const created = await agent.createTerminal({
          ...(shell === undefined ? {} : { shell }),
          ...(command === undefined ? {} : { command }),
          ...(cols === undefined ? {} : { cols }),
          ...(rows === undefined ? {} : { rows }),
          ...(title === undefined ? {} : { title }),
          ...(cwd === undefined ? {} : { cwd: await entry.resolve(target, parsePath(cwd)) }),
        })
        exchange.send(201, { message: 'Terminal created', data: terminal(created) })
      },
    },
    {
      method: 'GET',
      pattern: '/terminals',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const terminals = (await agent.terminals()).map(terminal)
        exchange.send(200, { message: 'Terminals', data: { terminals } })
      },
    },
    {
      method: 'GET',
      pattern: '/terminals/:id',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        exchange.send(200, {
          message: 'Terminal',
          data: terminal(await agent.terminal(exchange.param('id'))),
        })
      },
    },
    {
      method: 'DELETE',
      pattern: '/terminals/:id',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        await agent.deleteTerminal(exchange.param('id'))
        exchange.done()
      },
    },
  ]
}

function terminal(info: TerminalInfo): Terminal {
  return {
    id: info.id,
    pty: true,
    status: info.status === 'running' ? 'running' : 'stopped',
    channel: `terminal:${info.id}`,
    title: info.title,
    size: { cols: info.cols, rows: info.rows },
    exit_code: info.exitCode,
  }
}

import { SandboxError } from '@/lib/errors'
import { type CommandList, TerminalExecuteBody } from '@/lib/protocol/commands'
import type { AgentConnection, ProcessRecord } from '../../sandbox/agent-connection'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'
import { sendWhenReady } from '../patient-answer'
import type { RequestRoute } from '../site'
import {
  commandDetails,
  commandSummary,
  finishedCommand,
  startedCommand,
  terminalOf,
} from './command-answers'

/** Longer waits are for the client to repeat. */
const MAX_WAIT_MS = 24 * 3600_000

/** Commands in terminals without a PTY, and their history. */
export function terminalCommandRoutes(entry: Entry): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'POST',
      pattern: '/terminals/:terminal/execute',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        await execute(agent, exchange)
      },
    },
    {
      method: 'GET',
      pattern: '/terminals/:terminal/commands',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const id = exchange.param('terminal')
        const records = await agent.processes.commandsOf(id).catch((error) => orPty(agent, id, error))
        const data: CommandList = { commands: records.map(commandSummary), count: records.length }
        exchange.send(200, { message: 'Commands', data })
      },
    },
    {
      method: 'GET',
      pattern: '/terminals/:terminal/commands/:command',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const data = await commandDetails(agent, await find(agent, exchange))
        exchange.send(200, { message: 'Command', data })
      },
    },
    {
      method: 'GET',
      pattern: '/terminals/:terminal/commands/:command/wait',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        await waitFor(agent, exchange)
      },
    },
  ]
}

async function execute(agent: AgentConnection, exchange: Exchange): Promise<void> {
  const { command, background, async } = await exchange.json(TerminalExecuteBody)
  const id = exchange.param('terminal')
  const passOn = (error: unknown) => orPty(agent, id, error)
  if (background || async) {
    const record = await agent.processes.startIn(id, { command }).catch(passOn)
    return exchange.send(200, { message: 'Command started', data: startedCommand(record) })
  }
  const ended = agent.processes.runIn(id, { command }, exchange.whenClientLeaves()).catch(passOn)
  const answer = ended.then(async (record) => ({
    message: 'Command completed',
    data: await finishedCommand(agent, record),
  }))
  await sendWhenReady(exchange, answer)
}

async function waitFor(agent: AgentConnection, exchange: Exchange): Promise<void> {
  // Zero and none both mean: as long as it takes.
  const timeoutMs = (exchange.queryNumber('timeout', MAX_WAIT_MS / 1000) || MAX_WAIT_MS / 1000) * 1000
  const { id } = await find(agent, exchange)
  const ended = agent.waitForProcess(id, timeoutMs, exchange.whenClientLeaves())
  const answer = ended.then(async (record) => ({
    message: 'Command finished',
    data: await commandDetails(agent, record),
  }))
  await sendWhenReady(exchange, answer)
}

async function find(agent: AgentConnection, exchange: Exchange): Promise<ProcessRecord> {
  const [terminal, id] = [exchange.param('terminal'), exchange.param('command')]
  const missing = new SandboxError('process_not_found', 'There is no such command in this terminal.')
  const record = await agent.process(id).catch(async (error) => {
    await requireNoPty(agent, terminal)
    throw error
  })
  if (terminalOf(record) === terminal) return record
  await requireNoPty(agent, terminal)
  throw missing
}

/** The agent does not know it as a terminal for commands: it is a PTY's, or there is none. */
async function orPty(agent: AgentConnection, id: string, error: unknown): Promise<never> {
  if (error instanceof SandboxError && error.status === 404) await requireNoPty(agent, id)
  throw error
}

async function requireNoPty(agent: AgentConnection, id: string): Promise<void> {
  const isPty = await agent.terminal(id).then(
    () => true,
    () => false,
  )
  if (!isPty) return
  const message = 'This terminal has a PTY. Type into it, or run commands in a terminal with "pty": false.'
  throw new SandboxError('bad_request', message)
}

import { ExecuteBody, type Execution, RunCommandBody } from '@/lib/protocol/commands'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'
import { sendWhenReady } from '../patient-answer'
import type { RequestRoute } from '../site'
import { askedCommand, badDirectory, requireStartable } from './asked-command'
import { finishedRun, startedCommand } from './command-answers'
import type { StreamedCommands } from './streamed-commands'

/** Commands: to their end, in the background with ids to ask by, or streamed over /ws. */
export function commandRoutes(entry: Entry, streamed: StreamedCommands): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'POST',
      pattern: '/run/command',
      handle: async (exchange, target) => {
        await entry.authorize(exchange, target, 'edit')
        await runCommand(entry, streamed, exchange, target, await exchange.json(RunCommandBody))
      },
    },
    {
      method: 'POST',
      pattern: '/execute',
      handle: async (exchange, target) => {
        await entry.authorize(exchange, target, 'edit')
        const { command, shell, background } = await exchange.json(ExecuteBody)
        await runCommand(entry, streamed, exchange, target, { command, shell, background })
      },
    },
  ]
}

async function runCommand(
  entry: Entry,
  streamed: StreamedCommands,
  exchange: Exchange,
  target: SandboxTarget,
  body: RunCommandBody,
): Promise<void> {
  const agent = await entry.sandboxes.connect(target.id)
  const asked = await askedCommand(entry, target, body)
  if (body.stream) {
    await requireStartable(agent, asked)
    return exchange.send(200, {
      message: 'Command waits for its start',
      data: waitingCommand(body.command, streamed.add(target.id, asked)),
    })
  }
  if (body.background) {
    const record = await agent.processes.start(asked).catch(badDirectory)
    return exchange.send(200, { message: 'Command started', data: startedCommand(record) })
  }
  const result = agent.run(asked, exchange.whenClientLeaves()).catch(badDirectory)
  const answer = result.then((ended) => ({
    message: 'Command completed',
    data: finishedRun(body.command, ended),
  }))
  await sendWhenReady(exchange, answer)
}

function waitingCommand(command: string, { id, channel }: { id: string; channel: string }): Execution {
  return { command, stdout: '', stderr: '', status: 'pending', terminal_id: id, cmd_id: id, channel }
}

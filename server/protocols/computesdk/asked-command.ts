import { SandboxError } from '@/lib/errors'
import type { RunCommandBody } from '@/lib/protocol/commands'
import type { AgentConnection } from '../../sandbox/agent-connection'
import type { Entry, SandboxTarget } from '../entry'
import { parsePath } from '../paths'

/** A command as the agent takes it. */
export interface AskedCommand {
  command: string
  shell?: string
  cwd?: string
  environment?: Record<string, string>
}

export async function askedCommand(
  entry: Entry,
  target: SandboxTarget,
  { command, shell, cwd, env }: RunCommandBody,
): Promise<AskedCommand> {
  return {
    command,
    ...(shell === undefined ? {} : { shell }),
    ...(cwd === undefined ? {} : { cwd: await entry.resolve(target, parsePath(cwd)) }),
    ...(env === undefined ? {} : { environment: env }),
  }
}

/** Refuses now what would be refused at a later start: by a command that does nothing, in the same place and shell. */
export async function requireStartable(agent: AgentConnection, asked: AskedCommand): Promise<void> {
  const { shell, cwd, environment } = asked
  if (shell === undefined && cwd === undefined && environment === undefined) return
  await agent.run({ ...asked, command: ':' }).catch(badDirectory)
}

/** A command without a place to start in is the caller's mistake, not a missing file. */
export function badDirectory(error: unknown): never {
  const isMissing = error instanceof SandboxError && error.code === 'file_not_found'
  throw isMissing ? new SandboxError('bad_request', error.message, { cause: error }) : error
}

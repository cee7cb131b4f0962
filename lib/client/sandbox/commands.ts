import { SandboxError } from '@/lib/errors'
import { RanCode } from '@/lib/protocol/code'
import { ExecutionAnswer } from '@/lib/protocol/commands'
import { type CommandResult, commandBody, type RunCommandOptions } from './command-options'
import type { Connection } from './connection'
import { streamCommand } from './streamed-command'
import { TerminalCommand } from './terminal-command'
import { checkedTimeout, withTimeout } from './timeout'

export type CodeLanguage = 'node' | 'python' | 'deno' | 'bun' | 'bash' | 'sh' | 'ruby'
export type CodeResult = { output: string; exitCode: number; language: string; truncated?: boolean }

/** Runs one shell string. An exit code that is not 0 is a result, not an error. */
export async function runCommand(
  connection: Connection,
  command: string,
  options: RunCommandOptions = {},
): Promise<CommandResult> {
  const { background, timeout, onStdout, onStderr } = options
  if (background && timeout)
    throw new SandboxError(
      'bad_request',
      'A command in the background has no timeout. Leave one of them out.',
    )
  const timeoutMs = checkedTimeout(timeout)
  if (onStdout || onStderr) return streamCommand(connection, command, { ...options, timeoutMs })
  return background ? startInBackground(connection, command, options) : runToEnd(connection, command, options)
}

async function runToEnd(
  { http }: Connection,
  command: string,
  options: RunCommandOptions,
): Promise<CommandResult> {
  // The server ends the command of a client that leaves.
  const message = `The command did not end within ${options.timeout} ms, and was ended.`
  const { data } = await withTimeout(checkedTimeout(options.timeout), message, options.signal, (signal) =>
    http.json('/run/command', ExecutionAnswer, {
      method: 'POST',
      json: commandBody(command, options),
      signal,
    }),
  )
  return {
    stdout: data.stdout,
    stderr: data.stderr,
    exitCode: data.exit_code ?? 0,
    durationMs: data.duration_ms ?? 0,
    ...(data.truncated ? { truncated: true } : {}),
  }
}

async function startInBackground(
  connection: Connection,
  command: string,
  options: RunCommandOptions,
): Promise<CommandResult> {
  const json = { ...commandBody(command, options), background: true }
  const { data } = await connection.http.json('/run/command', ExecutionAnswer, { method: 'POST', json })
  return {
    stdout: '',
    stderr: '',
    exitCode: 0,
    durationMs: 0,
    command: TerminalCommand.started(connection.http, data.terminal_id ?? '', data),
  }
}

export async function runCode(
  { http }: Connection,
  code: string,
  language?: CodeLanguage,
): Promise<CodeResult> {
  const json = { code, language }
  const { data } = await http.json('/run/code', RanCode, { method: 'POST', json })
  const { output, exit_code: exitCode, truncated } = data
  return { output, exitCode, language: data.language, ...(truncated ? { truncated } : {}) }
}

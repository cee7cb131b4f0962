import type { TerminalCommand } from './terminal-command'

export type RunCommandOptions = {
  /** Relative paths begin at the sandbox's directory, which it is by default. */
  cwd?: string
  env?: Record<string, string>
  /** Milliseconds, after which the command is ended and `timed_out` thrown. 0, the default, is no limit. */
  timeout?: number
  /** Return at once; `result.command` tells how it goes on. */
  background?: boolean
  /** Instead of /bin/sh. */
  shell?: string
  /** Output as it comes. */
  onStdout?: (text: string) => void
  onStderr?: (text: string) => void
  /** Ends the command. */
  signal?: AbortSignal
}

export type CommandResult = {
  stdout: string
  stderr: string
  /** 0 for a command in the background, which has none yet. */
  exitCode: number
  durationMs: number
  /** There was more output than is told. */
  truncated?: boolean
  /** Of a command in the background without `onStdout` and `onStderr`. */
  command?: TerminalCommand
}

/** The body of /run/command; what is undefined JSON leaves out. */
export function commandBody(command: string, { cwd, env, shell }: RunCommandOptions) {
  return { command, cwd, env, shell }
}

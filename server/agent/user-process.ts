import { constants, getPriority, setPriority } from 'node:os'
import { SandboxError } from '@/lib/errors'
import { userEnvironment } from './configuration'
import { checkEnvironment } from './environment'
import { errnoOf, fromErrno } from './errno'
import { withUserOomScore } from './oom-score'
import { addOwnChild } from './own-children'
import { workDirectory } from './work-directory'

/** So far behind the agent for processor time, and before what users themselves call nice. */
const NICENESS = 5
const MAX_NICENESS = 19

export interface UserCommand {
  argv: string[]
  cwd?: string | undefined
  environment?: Record<string, string> | undefined
}

type Stdin = Bun.SpawnOptions.Writable
type Output = Bun.SpawnOptions.Readable

/** Starts a program in a session of its own, so that a signal to `-pid` reaches all of it and nothing else. */
export function startUserProcess<In extends Stdin, Out extends Output, Err extends Output>(
  command: UserCommand,
  options: Bun.SpawnOptions.SpawnOptions<In, Out, Err>,
): Bun.Subprocess<In, Out, Err> {
  if (command.argv.some((word) => word.includes('\0')))
    throw new SandboxError('bad_request', 'Neither a command nor a shell can contain a NUL character.')
  const cwd = workDirectory(command.cwd)
  const env = userEnvironment(checkEnvironment(command.environment))
  const [program = '', ...args] = command.argv
  const path = findProgram(program, env.PATH, cwd)
  try {
    const child = withUserOomScore(() =>
      Bun.spawn([path, ...args], { ...options, cwd, env, argv0: program, detached: true }),
    )
    addOwnChild(child.pid, child.exited)
    yieldTo(child.pid)
    return child
  } catch (thrown) {
    throw spawnError(thrown, program)
  }
}

/** To the whole group; fine when nothing is left of it. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ESRCH') throw fromErrno(thrown, `process group ${pid}`)
  }
}

interface Ended {
  exitCode: number | null
  /** A number where the signal has no name, as the real-time ones. */
  signalCode: NodeJS.Signals | number | null
}

/** As shells have it: 128 and the number of the signal. */
export function exitCodeOf({ exitCode, signalCode }: Ended): number {
  if (signalCode === null) return exitCode ?? 0
  return 128 + (typeof signalCode === 'number' ? signalCode : (constants.signals[signalCode] ?? 0))
}

export function signalNameOf({ signalCode }: Ended): string | null {
  return typeof signalCode === 'number' ? `SIG${signalCode}` : signalCode
}

/** `shell -c command`; bash where the sandbox has it. */
export function shellCommand(command: string, shell: string | undefined): string[] {
  return [shell ?? defaultShell(), '-c', command]
}

export function defaultShell(): string {
  return Bun.which('bash', { PATH: userEnvironment().PATH ?? '' }) ? 'bash' : 'sh'
}

/** Refuses now what would be refused when it is used. */
export function checkShell(shell: string): void {
  findProgram(shell, userEnvironment().PATH, workDirectory(undefined))
}

function findProgram(program: string, searchPath = '', cwd: string): string {
  const path = Bun.which(program, { PATH: searchPath, cwd })
  if (!path) {
    throw new SandboxError('bad_request', `There is no program “${program}” in this sandbox that can be run.`)
  }
  return path
}

/**
 * From where the agent itself stands, as Sandlot may have been started nice and only root may go back. A child that is
 * gone by now does not need it, and one that another user owns by now (setuid) does without.
 */
function yieldTo(pid: number): void {
  try {
    setPriority(pid, Math.min(MAX_NICENESS, Math.max(getPriority() + NICENESS, NICENESS)))
  } catch (thrown) {
    if (!['ESRCH', 'EACCES', 'EPERM'].includes(errnoOf(thrown) ?? '')) throw thrown
  }
}

function spawnError(thrown: unknown, program: string): Error {
  if (errnoOf(thrown) === 'E2BIG') {
    return new SandboxError('too_large', 'The command and its environment are too long for Linux.', {
      cause: thrown,
    })
  }
  if (errnoOf(thrown) === 'ENOEXEC') {
    return new SandboxError('bad_request', `This is not a program that can be run: ${program}`, {
      cause: thrown,
    })
  }
  // Bun says no more than this of a PTY, whether the machine has none left or the agent no descriptor.
  if (thrown instanceof Error && thrown.message === 'Failed to open PTY') {
    return new SandboxError(
      'too_many',
      'No further terminal can be opened. Close some, or end programs that hold terminals or files open.',
      { cause: thrown },
    )
  }
  return fromErrno(thrown, program)
}

import type { ProcessLog } from '../process-log'
import { randomId } from '../random-id'
import { exitCodeOf, shellCommand, signalGroup, signalNameOf, startUserProcess } from '../user-process'
import { MARK, markedProcesses, markOf } from './marked-processes'

/** Between two looks at what is ending. */
const LOOK_MS = 25
/** Of SIGKILL, after each of which new processes are looked for: what forks faster than that is for the limits to end. */
const KILL_ROUNDS = 80

export interface ServerCommand {
  slug: string
  command: string
  cwd: string
  environment: Record<string, string>
}
export interface Exit {
  exitCode: number
  signal: string | null
  lifetimeMs: number
}

/** One process of a server with all that it starts, which ends with it. */
export class ServerProcess {
  readonly mark: string
  readonly exited: Promise<Exit>
  readonly #child: Bun.Subprocess<'ignore', 'pipe', 'pipe'>

  constructor({ slug, command, cwd, environment }: ServerCommand, log: ProcessLog) {
    this.mark = `${slug}.${randomId()}`
    const startedAt = performance.now()
    this.#child = startUserProcess(
      { argv: shellCommand(command, undefined), cwd, environment: { ...environment, [MARK]: this.mark } },
      { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' },
    )
    void collect(log, 'stdout', this.#child.stdout)
    void collect(log, 'stderr', this.#child.stderr)
    this.exited = this.#child.exited.then(() => ({
      exitCode: exitCodeOf(this.#child),
      signal: signalNameOf(this.#child),
      lifetimeMs: performance.now() - startedAt,
    }))
  }

  get pid(): number {
    return this.#child.pid
  }

  /** Asks all of it to end, and ends what has not after `timeoutMs`. Also what is left when the first process has ended. */
  async end(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs
    const hasEnded = await this.#askToEnd(deadline)
    if (!hasEnded || markedProcesses(this.mark).length > 0) await this.#kill()
  }

  async #askToEnd(deadline: number): Promise<boolean> {
    signalGroup(this.pid, 'SIGTERM')
    // A stopped process takes a signal only once it goes on.
    signalGroup(this.pid, 'SIGCONT')
    if (!(await untilGone(() => isGroupGone(this.pid), deadline))) return false
    const strays = markedProcesses(this.mark)
    for (const pid of strays) for (const signal of ['SIGTERM', 'SIGCONT'] as const) signalOne(pid, signal)
    return untilGone(() => strays.every((pid) => markOf(pid) !== this.mark), deadline)
  }

  async #kill(): Promise<void> {
    for (let round = 0; round < KILL_ROUNDS; round++) {
      signalGroup(this.pid, 'SIGKILL')
      const strays = markedProcesses(this.mark)
      for (const pid of strays) signalOne(pid, 'SIGKILL')
      if (strays.length === 0 && isGroupGone(this.pid)) return
      await Bun.sleep(LOOK_MS)
    }
  }
}

async function untilGone(isOver: () => boolean, deadline: number): Promise<boolean> {
  while (!isOver()) {
    if (performance.now() >= deadline) return false
    await Bun.sleep(LOOK_MS)
  }
  return true
}

function isGroupGone(pid: number): boolean {
  try {
    process.kill(-pid, 0)
    return false
  } catch {
    // Also where it is somebody else's by now, whom we cannot signal.
    return true
  }
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended since it was seen.
  }
}

async function collect(
  log: ProcessLog,
  name: 'stdout' | 'stderr',
  stream: ReadableStream<Uint8Array>,
): Promise<void> {
  for await (const chunk of stream) log.append(name, chunk)
}

import { PROCESS_LOG_BYTES, type ProcessRecord, type StartBody } from '@/server/agent-contract'
import { endGroup } from './end-group'
import { ProcessLog } from './process-log'
import { ProcessPace } from './process-pace'
import { exitCodeOf, shellCommand, signalNameOf, startUserProcess } from './user-process'

/** After the shell has ended, for what its last writes left in the pipes; a child of it may hold them open for ever. */
const DRAIN_MS = 250

/** A process that runs on while nobody waits for it, with the log of its outputs. */
export class BackgroundProcess {
  readonly id: string
  readonly log = new ProcessLog(PROCESS_LOG_BYTES)
  readonly pace: ProcessPace
  /** The terminal without a PTY that it belongs to. */
  readonly terminalId: string | undefined
  readonly ended: Promise<void>
  readonly #command: string
  readonly #child: Bun.Subprocess<'ignore', 'pipe', 'pipe'>
  readonly #startedAtMs = Date.now()
  readonly #listeners = new Set<() => void>()
  #endedAtMs: number | null = null

  constructor(id: string, body: StartBody) {
    this.id = id
    this.terminalId = body.terminalId
    this.#command = body.command
    this.pace = new ProcessPace(this.log, body.isPaced ?? false)
    this.#child = startUserProcess(
      { argv: shellCommand(body.command, body.shell), cwd: body.cwd, environment: body.environment },
      { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' },
    )
    this.ended = this.#end()
  }

  get pid(): number {
    return this.#child.pid
  }

  get isRunning(): boolean {
    return this.#endedAtMs === null
  }

  get result(): { exitCode: number; signal: string | null } {
    return { exitCode: exitCodeOf(this.#child), signal: signalNameOf(this.#child) }
  }

  record(): ProcessRecord {
    return {
      id: this.id,
      command: this.#command,
      pid: this.pid,
      status: this.isRunning ? 'running' : 'exited',
      exitCode: this.isRunning ? null : this.result.exitCode,
      signal: this.isRunning ? null : this.result.signal,
      startedAtMs: this.#startedAtMs,
      endedAtMs: this.#endedAtMs,
      stdoutBytes: this.log.endOffset('stdout'),
      stderrBytes: this.log.endOffset('stderr'),
      ...(this.terminalId !== undefined && { terminalId: this.terminalId }),
    }
  }

  /** Called after new output and at the end. Returns what takes the listener off again. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Ends the whole group, and resolves when its leader is gone. */
  async stop(): Promise<void> {
    if (this.isRunning) endGroup(this.#child)
    this.pace.free()
    await this.ended
  }

  async #end(): Promise<void> {
    const outputs = Promise.all([
      this.#collect('stdout', this.#child.stdout),
      this.#collect('stderr', this.#child.stderr),
    ])
    await this.#child.exited
    await this.#drained(outputs)
    this.pace.free()
    this.#endedAtMs = Date.now()
    this.#tell()
  }

  /** What is held up is still to come, however long its follower takes. */
  async #drained(outputs: Promise<unknown>): Promise<void> {
    let isDone = false
    const done = outputs.then(() => {
      isDone = true
    })
    do await Promise.race([done, Bun.sleep(DRAIN_MS)])
    while (!isDone && this.pace.wasHeld())
  }

  async #collect(name: 'stdout' | 'stderr', stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of stream) {
      this.log.append(name, chunk)
      this.#tell()
      await this.pace.room()
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

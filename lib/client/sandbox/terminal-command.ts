import {
  CommandAnswer,
  type CommandDetails,
  type CommandSummary,
  type Execution,
} from '@/lib/protocol/commands'
import { encodeId, type Http } from '../http'
import { checkedTimeout, withTimeout } from './timeout'

/** A command of a terminal, as it was when last asked for. */
export class TerminalCommand {
  readonly id: string
  readonly terminalId: string
  readonly command: string
  status: 'running' | 'completed' | 'failed' = 'running'
  stdout = ''
  stderr = ''
  exitCode: number | undefined
  durationMs: number | undefined
  startedAt: string
  finishedAt: string | undefined
  readonly #http: Http

  constructor(http: Http, terminalId: string, details: CommandSummary & Partial<CommandDetails>) {
    this.#http = http
    this.id = details.cmd_id
    this.terminalId = terminalId
    this.command = details.command
    this.startedAt = details.started_at
    this.#take(details)
  }

  /** Of a command that was run or started just now. */
  static started(http: Http, terminalId: string, execution: Execution): TerminalCommand {
    const { cmd_id = '', ...rest } = execution
    const startedAtMs = Date.now() - (rest.duration_ms ?? 0)
    const started_at = new Date(startedAtMs).toISOString()
    const finished = rest.exit_code === undefined ? {} : { finished_at: new Date().toISOString() }
    return new TerminalCommand(http, terminalId, { cmd_id, started_at, ...finished, ...rest })
  }

  /** Until it has ended, `timeout` SECONDS at most, then `timed_out` is thrown; 0, the default, is no limit. */
  async wait(timeout = 0): Promise<this> {
    const message = `The command still runs after ${timeout} s.`
    return await withTimeout(checkedTimeout(timeout * 1000), message, undefined, async (signal) => {
      this.#take((await this.#http.json(`${this.#path()}/wait`, CommandAnswer, { signal })).data)
      return this
    })
  }

  /** Asks how it stands. */
  async refresh(): Promise<this> {
    this.#take((await this.#http.json(this.#path(), CommandAnswer)).data)
    return this
  }

  #path(): string {
    return `/terminals/${encodeId(this.terminalId)}/commands/${encodeId(this.id)}`
  }

  #take(details: CommandSummary & Partial<CommandDetails>): void {
    this.status = details.status === 'pending' ? 'running' : details.status
    this.stdout = details.stdout ?? this.stdout
    this.stderr = details.stderr ?? this.stderr
    this.exitCode = details.exit_code
    this.durationMs = details.duration_ms
    this.startedAt = details.started_at
    this.finishedAt = details.finished_at
  }
}

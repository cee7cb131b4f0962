import { SandboxError } from '@/lib/errors'
import { ChannelServerMessage } from '@/lib/protocol/channel-messages'
import { type Execution, ExecutionAnswer } from '@/lib/protocol/commands'
import type { ChannelMessage, ChannelSubscriber } from '../channel-socket'
import { encodeId } from '../http'
import { Listeners } from '../listeners'
import { type CommandResult, commandBody, type RunCommandOptions } from './command-options'
import type { Connection } from './connection'
import { withTimeout } from './timeout'

/** Its start may still be on its way over the socket when its end comes over HTTP. */
const KILL_DELAYS_MS = [0, 200, 2000]
/** Of each output in the result; the callbacks get all. */
const MAX_OUTPUT_CHARACTERS = 8 * 1024 * 1024

type StreamOptions = RunCommandOptions & { timeoutMs: number | undefined }

/** A command whose output is told while it runs. In the background it goes on when this has returned. */
export async function streamCommand(
  connection: Connection,
  command: string,
  options: StreamOptions,
): Promise<CommandResult> {
  const json = { ...commandBody(command, options), stream: true }
  const { data } = await connection.http.json('/run/command', ExecutionAnswer, { method: 'POST', json })
  const stream = new CommandStream(connection, data, options)
  if (options.background) {
    await stream.start()
    return { stdout: '', stderr: '', exitCode: 0, durationMs: 0 }
  }
  const message = `The command did not end within ${options.timeoutMs} ms, and was ended.`
  return withTimeout(options.timeoutMs, message, options.signal, (signal) => stream.toEnd(signal))
}

class CommandStream {
  readonly #connection: Connection
  readonly #id: string
  readonly #channel: string
  readonly #outputs = { stdout: '', stderr: '' }
  readonly #listeners = new Listeners<{ stdout: [string]; stderr: [string] }>()
  readonly #startedAtMs = Date.now()
  #isTruncated = false
  #isGivenUp = false
  #leave: (() => void) | undefined
  #onEnd: (result: CommandResult) => void = () => undefined
  #onFailure: (error: unknown) => void = () => undefined

  constructor(connection: Connection, { cmd_id, channel }: Execution, options: StreamOptions) {
    if (cmd_id === undefined || channel === undefined)
      throw new SandboxError('internal', 'The server did not say where the output of the command is told.')
    this.#connection = connection
    this.#id = cmd_id
    this.#channel = channel
    if (options.onStdout) this.#listeners.on('stdout', options.onStdout)
    if (options.onStderr) this.#listeners.on('stderr', options.onStderr)
  }

  async start(): Promise<void> {
    const subscriber: ChannelSubscriber = {
      // Said again after a loss, since the first may have been lost with the socket; it starts once.
      onSubscribed: () => {
        const data = { cmd_id: this.#id }
        if (!this.#isGivenUp) this.#connection.channels.send({ type: 'command:start', data })
      },
      onMessage: (message) => this.#onMessage(message),
      onGone: (error) => this.#onFailure(error),
    }
    this.#leave = await this.#connection.channels.subscribe(this.#channel, subscriber)
    if (this.#isGivenUp) this.#leave()
  }

  /** The command is ended when the signal is aborted. */
  toEnd(signal: AbortSignal): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      this.#onEnd = resolve
      this.#onFailure = reject
      const abort = () => {
        this.#isGivenUp = true
        this.#leave?.()
        void this.#kill()
        reject(signal.reason)
      }
      if (signal.aborted) return abort()
      signal.addEventListener('abort', abort, { once: true })
      this.start().catch(reject)
    })
  }

  /** A streamed command has a terminal of its own, which it ends with. */
  async #kill(): Promise<void> {
    const path = `/terminals/${encodeId(this.#id)}`
    for (const delayMs of KILL_DELAYS_MS) {
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      const call = this.#connection.http.send(path, { method: 'DELETE' })
      const isDone = await call.then(
        () => true,
        () => false,
      )
      if (isDone) return
    }
  }

  #onMessage(message: ChannelMessage): void {
    const parsed = ChannelServerMessage.safeParse(message).data
    if (parsed?.type === 'command:stdout') this.#take('stdout', parsed.data.output)
    else if (parsed?.type === 'command:stderr') this.#take('stderr', parsed.data.output)
    else if (parsed?.type === 'command:exit') this.#end(parsed.data.exit_code)
  }

  #take(stream: 'stdout' | 'stderr', output: string): void {
    const room = MAX_OUTPUT_CHARACTERS - this.#outputs[stream].length
    if (output.length > room) this.#isTruncated = true
    this.#outputs[stream] += output.slice(0, room)
    this.#listeners.emit(stream, output)
  }

  #end(exitCode: number): void {
    this.#leave?.()
    this.#onEnd({
      ...this.#outputs,
      exitCode,
      durationMs: Date.now() - this.#startedAtMs,
      ...(this.#isTruncated ? { truncated: true } : {}),
    })
  }
}

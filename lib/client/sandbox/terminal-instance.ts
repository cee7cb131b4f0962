import { z } from 'zod'
import { SandboxError } from '@/lib/errors'
import { ChannelServerMessage } from '@/lib/protocol/channel-messages'
import { CommandAnswer, CommandListAnswer, ExecutionAnswer } from '@/lib/protocol/commands'
import type { ChannelMessage } from '../channel-socket'
import { encodeId } from '../http'
import { Listeners } from '../listeners'
import { bytesOfBase64 } from './base64'
import type { Connection } from './connection'
import { TerminalCommand } from './terminal-command'

/** One message of typing; far below the server's bound, also where JSON makes six characters of one. */
const MAX_INPUT_CHARACTERS = 64 * 1024
const Side = z.int().min(1).max(1000)

export type TerminalResponse = {
  id: string
  pty: boolean
  status: 'running' | 'stopped' | 'active' | 'ready'
  /** Null for a terminal for commands. */
  channel: string | null
}

export type TerminalEvents = { output: [text: string]; error: [message: string]; destroyed: [] }

/** A terminal. `write`, `resize` and events are for those with a PTY, `command` for those without. */
export class TerminalInstance {
  readonly id: string
  readonly pty: boolean
  readonly channel: string | null
  status: TerminalResponse['status']
  readonly #connection: Connection
  readonly #commands: TerminalCommands
  readonly #listeners = new Listeners<TerminalEvents>(['output', 'destroyed'])
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #leave: (() => void) | undefined

  constructor(connection: Connection, { id, pty, status, channel }: TerminalResponse) {
    this.id = id
    this.pty = pty
    this.status = status
    this.channel = channel
    this.#connection = connection
    this.#commands = new TerminalCommands(connection, id)
  }

  /** Commands with results; only in a terminal without a PTY. */
  get command(): TerminalCommands {
    if (!this.pty) return this.#commands
    throw new SandboxError(
      'bad_request',
      'A terminal with a PTY has no commands. Create one with pty: false.',
    )
  }

  isRunning(): boolean {
    return this.status !== 'stopped'
  }

  /** Types into it. What cannot be taken is told as an `error` event. */
  write(input: string): void {
    this.#requirePty()
    for (const piece of piecesOf(input)) {
      const data = { terminal_id: this.id, input: piece }
      if (this.isRunning() && this.#connection.channels.send({ type: 'terminal:input', data })) continue
      const reason = this.isRunning() ? 'the connection is lost' : 'it has ended'
      this.#listeners.emit('error', `The terminal did not take what was typed: ${reason}.`)
      return
    }
  }

  /** Each side from 1 to 1000. */
  resize(cols: number, rows: number): void {
    this.#requirePty()
    if (!Side.safeParse(cols).success || !Side.safeParse(rows).success)
      throw new SandboxError('bad_request', 'cols and rows are whole numbers from 1 to 1000.')
    this.#connection.channels.send({ type: 'terminal:resize', data: { terminal_id: this.id, cols, rows } })
  }

  on<Event extends keyof TerminalEvents>(event: Event, handler: (...values: TerminalEvents[Event]) => void) {
    this.#listeners.on(event, handler)
  }

  off<Event extends keyof TerminalEvents>(event: Event, handler: (...values: TerminalEvents[Event]) => void) {
    this.#listeners.off(event, handler)
  }

  /** Ends what runs in it. Handlers of `destroyed` have been called when it resolves. */
  async destroy(): Promise<void> {
    await this.#connection.http.send(`/terminals/${encodeId(this.id)}`, { method: 'DELETE' })
    this.#end()
    this.#listeners.clear()
  }

  /** Called once, by whoever made it. */
  async follow(): Promise<void> {
    if (this.channel === null) return
    this.#leave = await this.#connection.channels.subscribe(this.channel, {
      onMessage: (message) => this.#onMessage(message),
      onGone: ({ message }) => {
        this.#listeners.emit('error', message)
        this.#end()
      },
    })
  }

  #onMessage(message: ChannelMessage): void {
    const parsed = ChannelServerMessage.safeParse(message).data
    if (parsed?.type === 'terminal:output') this.#output(parsed.data)
    else if (parsed?.type === 'terminal:error') this.#listeners.emit('error', parsed.data.error)
    else if (parsed?.type === 'terminal:destroyed') this.#end()
  }

  #output({ output, encoding }: { output: string; encoding: 'raw' | 'base64' }): void {
    const text = encoding === 'raw' ? output : this.#decoder.decode(bytesOfBase64(output), { stream: true })
    if (text !== '') this.#listeners.emit('output', text)
  }

  #end(): void {
    this.#leave?.()
    if (this.status === 'stopped') return
    this.status = 'stopped'
    this.#listeners.emit('destroyed')
  }

  #requirePty(): void {
    if (this.pty) return
    throw new SandboxError('bad_request', 'Only a terminal with a PTY is typed into. Use command.run.')
  }
}

/** The commands of one terminal without a PTY, each in a shell of its own. */
class TerminalCommands {
  readonly #connection: Connection
  readonly #terminalId: string

  constructor(connection: Connection, terminalId: string) {
    this.#connection = connection
    this.#terminalId = terminalId
  }

  /** To its end, or in the background. */
  async run(command: string, { background }: { background?: boolean } = {}): Promise<TerminalCommand> {
    const { http } = this.#connection
    const call = { method: 'POST', json: { command, background } }
    const { data } = await http.json(`${this.#path()}/execute`, ExecutionAnswer, call)
    return TerminalCommand.started(http, this.#terminalId, data)
  }

  /** Without their outputs, which `refresh` brings. */
  async list(): Promise<TerminalCommand[]> {
    const { http } = this.#connection
    const { data } = await http.json(`${this.#path()}/commands`, CommandListAnswer)
    return data.commands.map((each) => new TerminalCommand(http, this.#terminalId, each))
  }

  /** `process_not_found` where there is none. */
  async retrieve(id: string): Promise<TerminalCommand> {
    const { http } = this.#connection
    const { data } = await http.json(`${this.#path()}/commands/${encodeId(id)}`, CommandAnswer)
    return new TerminalCommand(http, this.#terminalId, data)
  }

  #path(): string {
    return `/terminals/${encodeId(this.#terminalId)}`
  }
}

/** No piece ends with the first half of a character. */
function piecesOf(input: string): string[] {
  const pieces: string[] = []
  for (let start = 0; start < input.length; ) {
    const end = start + MAX_INPUT_CHARACTERS
    const isSplit = end < input.length && /[\ud800-\udbff]/.test(input[end - 1] ?? '')
    pieces.push(input.slice(start, isSplit ? end - 1 : end))
    start = isSplit ? end - 1 : end
  }
  return pieces
}

import type { SandboxError } from '@/lib/errors'
import type { AgentConnection } from '../../sandbox/agent-connection'
import type { ChannelMember } from './channel-member'
import { FollowedStream } from './followed-stream'
import { Utf8Splitter } from './utf8-splitter'

/** Acknowledged at the latest after so much. */
const ACKNOWLEDGE_BYTES = 512 * 1024
/** One message: large enough to be cheap, small enough that others on the socket get their turn. */
const MESSAGE_BYTES = 256 * 1024
/** As of a program that was killed, which the end of its sandbox does. */
const KILLED = 137

type Output = 'stdout' | 'stderr'

export interface CommandChannelOptions {
  connect: (sandboxId: string) => Promise<AgentConnection>
  member: ChannelMember
  channel: string
  id: string
  /** Resolves when the command has been started. */
  started: Promise<void>
}

/** One streamed command's outputs as messages to one socket, its exit after all of them. */
export class CommandChannel {
  readonly #options: CommandChannelOptions
  readonly #followed: FollowedStream
  #splitters = { stdout: new Utf8Splitter(), stderr: new Utf8Splitter() }
  /** Where each output goes on; null until it has been told. */
  #next: Record<Output, number | null> = { stdout: null, stderr: null }
  /** What the next bytes belong to, and where they end in both outputs together. */
  #output: Output = 'stdout'
  #position = 0
  #pieces: Buffer[] = []
  #piecesBytes = 0
  #flush: NodeJS.Immediate | undefined
  #inFlight = 0
  #acknowledged = 0

  constructor(options: CommandChannelOptions) {
    this.#options = options
    this.#followed = new FollowedStream({
      member: options.member,
      open: () => this.#open(),
      onLost: (error) => this.#lost(error),
    })
    void options.started.then(() => this.#followed.start())
  }

  stop(): void {
    clearImmediate(this.#flush)
    this.#followed.stop()
  }

  async #open() {
    const { connect, member, id } = this.#options
    const { processes } = await connect(member.sandboxId)
    this.#splitters = { stdout: new Utf8Splitter(), stderr: new Utf8Splitter() }
    this.#next = { stdout: null, stderr: null }
    this.#pieces = []
    this.#piecesBytes = 0
    const handlers: Parameters<typeof processes.follow>[1] = {
      onMessage: (message) => {
        if (message.type === 'gap') this.#gap(message.stream, message.offset)
        else if (message.type === 'output') this.#turn(message.stream, message.offset, message.position)
        else this.#exit(message.exitCode)
      },
      onBytes: (bytes) => this.#take(bytes),
      onClose: (_code, reason) => this.#followed.broke(reason),
    }
    return member.isViewer ? await processes.watch(id, handlers) : await processes.follow(id, handlers)
  }

  #turn(output: Output, offset: number, position: number | undefined): void {
    if (output !== this.#output) this.#say()
    this.#output = output
    this.#next[output] = offset
    if (position !== undefined) this.#position = position
  }

  #take(bytes: Buffer): void {
    this.#position += bytes.length
    this.#next[this.#output] = (this.#next[this.#output] ?? 0) + bytes.length
    const whole = this.#splitters[this.#output].push(bytes)
    this.#pieces.push(whole)
    this.#piecesBytes += whole.length
    if (this.#piecesBytes >= MESSAGE_BYTES) this.#say()
    // What comes in at one go is told at one go.
    else this.#flush ??= setImmediate(() => this.#say())
    this.#followed.keepPace()
  }

  #gap(output: Output, offset: number): void {
    this.#say()
    const lost = offset - (this.#next[output] ?? 0)
    const { member } = this.#options
    if (lost > 0) member.send(this.#message('stderr', `\n[${lost} bytes of ${output} were not kept]\n`))
  }

  #say(): void {
    clearImmediate(this.#flush)
    this.#flush = undefined
    if (this.#piecesBytes === 0) return
    const output = Buffer.concat(this.#pieces).toString('utf8')
    this.#pieces = []
    this.#piecesBytes = 0
    const end = this.#position - this.#splitters[this.#output].heldBytes
    this.#inFlight++
    this.#options.member.sendPaced(this.#message(this.#output, output), (isTaken) =>
      this.#taken(end, isTaken),
    )
  }

  #taken(position: number, isTaken: boolean): void {
    this.#inFlight--
    if (!isTaken) return
    if (this.#inFlight > 0 && position - this.#acknowledged < ACKNOWLEDGE_BYTES) return
    this.#acknowledged = position
    this.#followed.acknowledge(position)
  }

  #exit(exitCode: number): void {
    this.#say()
    const { member, channel, id } = this.#options
    for (const output of ['stdout', 'stderr'] as const) {
      const rest = this.#splitters[output].rest()
      if (rest.length > 0) member.send(this.#message(output, rest.toString('utf8')))
    }
    const data = { terminal_id: id, cmd_id: id, exit_code: exitCode }
    // Paced, so that it is taken after all before it has been, and acknowledged with it.
    member.sendPaced({ type: 'command:exit', channel, data }, (isTaken) => {
      if (isTaken) this.#followed.acknowledge(this.#position)
      this.stop()
    })
  }

  /** The client waits for an exit, and for nothing else. */
  #lost(error: SandboxError): void {
    const { member, channel, id } = this.#options
    if (error.code === 'process_not_found') return
    member.send(this.#message('stderr', `${error.message}\n`))
    const data = { terminal_id: id, cmd_id: id, exit_code: KILLED }
    member.send({ type: 'command:exit', channel, data })
  }

  #message(output: Output, text: string) {
    const { channel, id } = this.#options
    return { type: `command:${output}`, channel, data: { terminal_id: id, cmd_id: id, output: text } }
  }
}

import type { SandboxError } from '@/lib/errors'
import type { AgentConnection } from '../../sandbox/agent-connection'
import { TERMINAL_DELETED } from '../../sandbox/agent-terminals'
import type { ChannelMember } from './channel-member'
import { FollowedStream } from './followed-stream'
import { Utf8Splitter } from './utf8-splitter'

/** Acknowledged at the latest after so much; a quarter of what the agent sends ahead. */
const ACKNOWLEDGE_BYTES = 256 * 1024

export interface TerminalChannelOptions {
  connect: (sandboxId: string) => Promise<AgentConnection>
  member: ChannelMember
  channel: string
  id: string
  /** Called once, after the last message. */
  onEnd: () => void
}

/** One terminal's output as messages to one socket. What the socket has taken is not told to the next one again. */
export class TerminalChannel {
  /** Resolves once it is followed, or cannot be at once: all output from then on is for this socket too. */
  readonly opened: Promise<void>
  readonly #options: TerminalChannelOptions
  readonly #followed: FollowedStream
  #splitter = new Utf8Splitter()
  #encoding: 'raw' | 'base64' = 'raw'
  /** Of the next byte. */
  #offset = 0
  #inFlight = 0
  #acknowledged = 0

  constructor(options: TerminalChannelOptions) {
    this.#options = options
    const { member } = options
    this.#followed = new FollowedStream({
      member,
      open: () => this.#open(),
      onLost: (error) => this.#lost(error),
    })
    this.opened = this.#followed.start()
  }

  stop(): void {
    this.#followed.stop()
    this.#options.onEnd()
  }

  async #open() {
    const { connect, member, id } = this.#options
    const agent = await connect(member.sandboxId)
    this.#encoding = (await agent.terminal(id)).encoding ?? 'raw'
    this.#splitter = new Utf8Splitter()
    return await agent.terminalChannels.follow(id, member.isViewer ? 'tail' : 'follower', {
      onMessage: (message) => {
        if (message.type === 'start') this.#offset = message.offset
        else if (message.type === 'gap') this.#jump(message.offset, message.modes)
        else if (message.type === 'exit') this.#ended()
      },
      onBytes: (bytes) => {
        this.#offset += bytes.length
        this.#say(this.#splitter.push(bytes))
        this.#followed.keepPace()
      },
      onClose: (code, reason) => {
        if (code === TERMINAL_DELETED) this.#ended()
        else this.#followed.broke(reason)
      },
    })
  }

  /** Output was lost because this socket was too slow: the modes make up for what was switched in between. */
  #jump(offset: number, modes: string): void {
    this.#say(Buffer.concat([this.#splitter.rest(), Buffer.from(modes)]))
    this.#offset = offset
  }

  #say(bytes: Buffer): void {
    if (bytes.length === 0) return
    const { member, channel } = this.#options
    const output = bytes.toString(this.#encoding === 'raw' ? 'utf8' : 'base64')
    const end = this.#offset - this.#splitter.heldBytes
    this.#inFlight++
    member.sendPaced(
      { type: 'terminal:output', channel, data: { output, encoding: this.#encoding } },
      (isTaken) => this.#taken(end, isTaken),
    )
  }

  #taken(offset: number, isTaken: boolean): void {
    this.#inFlight--
    if (!isTaken) return
    if (this.#inFlight > 0 && offset - this.#acknowledged < ACKNOWLEDGE_BYTES) return
    this.#acknowledged = offset
    this.#followed.acknowledge(offset)
  }

  #ended(): void {
    const { member, channel, id } = this.#options
    this.#say(this.#splitter.rest())
    member.send({ type: 'terminal:destroyed', channel, data: { id } })
    this.stop()
  }

  #lost({ code, message }: SandboxError): void {
    const isUnknown = code === 'terminal_not_found' && this.#offset === 0
    if (isUnknown) this.stop()
    else if (code === 'terminal_not_found' || code === 'sandbox_stopped') this.#ended()
    else {
      const { member, channel } = this.#options
      member.send({ type: 'terminal:error', channel, data: { error: message } })
      this.stop()
    }
  }
}

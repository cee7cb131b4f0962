import { randomBytes } from 'node:crypto'
import { SandboxError, toSandboxError } from '@/lib/errors'
import type { AgentConnection } from '../../sandbox/agent-connection'
import type { AskedCommand } from './asked-command'
import type { ChannelMember } from './channel-member'
import type { Channels } from './channels'
import { CommandChannel } from './command-channel'

/** A client starts a command right after it has its answer; one that does not will not. */
const UNSTARTED_MS = 60_000
const MAX_UNSTARTED = 256
/** As of a shell that could not run a command. */
const NOT_RUN = 126

interface Unstarted {
  command: AskedCommand
  timer: NodeJS.Timeout
  /** Resolved when it has been started, and by nothing else. */
  started: Promise<void>
  onStarted: () => void
}

/**
 * Commands whose outputs are told on a channel of their own, `command:<id>`. One waits here until its client has subscribed
 * and says `command:start`; from then on it is a process of the sandbox, and the agent keeps what nobody has taken yet.
 */
export class StreamedCommands {
  readonly #channels: Channels
  readonly #connect: (sandboxId: string) => Promise<AgentConnection>
  readonly #unstarted = new Map<string, Map<string, Unstarted>>()

  constructor(channels: Channels, connect: (sandboxId: string) => Promise<AgentConnection>) {
    this.#channels = channels
    this.#connect = connect
    channels.serve('command', (member, channel) => this.#follow(member, channel))
  }

  /** `too_many` where others wait to be started. */
  add(sandboxId: string, command: AskedCommand): { id: string; channel: string } {
    const mine = this.#unstarted.get(sandboxId) ?? new Map<string, Unstarted>()
    if (mine.size >= MAX_UNSTARTED) {
      const message = `${MAX_UNSTARTED} streamed commands wait for their start. Send command:start for them on /ws.`
      throw new SandboxError('too_many', message)
    }
    const id = randomBytes(12).toString('hex')
    let onStarted: () => void = () => undefined
    const started = new Promise<void>((resolve) => {
      onStarted = resolve
    })
    const timer = setTimeout(() => this.#remove(sandboxId, id), UNSTARTED_MS).unref()
    this.#unstarted.set(sandboxId, mine.set(id, { command, timer, started, onStarted }))
    return { id, channel: channelOf(id) }
  }

  /** Once; what is unknown or has been started is let pass. */
  start(sandboxId: string, id: string): void {
    const unstarted = this.#remove(sandboxId, id)
    if (unstarted) void this.#start(sandboxId, id, unstarted)
  }

  /** The sandbox is deleted. */
  forget(sandboxId: string): void {
    for (const id of [...(this.#unstarted.get(sandboxId)?.keys() ?? [])]) this.#remove(sandboxId, id)
  }

  async #start(sandboxId: string, id: string, { command, onStarted }: Unstarted): Promise<void> {
    try {
      const { processes } = await this.#connect(sandboxId)
      await processes.start({ ...command, id, isPaced: true })
      onStarted()
    } catch (error) {
      this.#tellFailure(sandboxId, id, toSandboxError(error))
    }
  }

  #tellFailure(sandboxId: string, id: string, { message }: SandboxError): void {
    const channel = channelOf(id)
    const ids = { terminal_id: id, cmd_id: id }
    this.#channels.publish(sandboxId, {
      type: 'command:stderr',
      channel,
      data: { ...ids, output: `${message}\n` },
    })
    this.#channels.publish(sandboxId, { type: 'command:exit', channel, data: { ...ids, exit_code: NOT_RUN } })
  }

  #remove(sandboxId: string, id: string): Unstarted | undefined {
    const mine = this.#unstarted.get(sandboxId)
    const unstarted = mine?.get(id)
    if (!mine || !unstarted) return undefined
    clearTimeout(unstarted.timer)
    mine.delete(id)
    if (mine.size === 0) this.#unstarted.delete(sandboxId)
    return unstarted
  }

  #follow(member: ChannelMember, channel: string): () => void {
    const id = channel.slice(channelOf('').length)
    const started = this.#unstarted.get(member.sandboxId)?.get(id)?.started ?? Promise.resolve()
    const follower = new CommandChannel({ connect: this.#connect, member, channel, id, started })
    return () => follower.stop()
  }
}

function channelOf(id: string): string {
  return `command:${id}`
}

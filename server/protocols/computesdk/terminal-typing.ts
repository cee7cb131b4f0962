import { toSandboxError } from '@/lib/errors'
import type { AgentConnection } from '../../sandbox/agent-connection'
import type { ChannelMember } from './channel-member'

/** What waits for one terminal's agent: a large paste. Beyond it nothing more is taken, and it is said so. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024
/** Terminals that one socket types into at the same moment. */
const MAX_TERMINALS = 64
/** A call to the agent carries so much. */
const PIECE_BYTES = 256 * 1024

type Act = { input: Buffer } | { cols: number; rows: number }

interface Waiting {
  acts: Act[]
  sizeBytes: number
}

/** What one socket types and resizes, in order, terminal by terminal. Failures are told as `terminal:error`. */
export class TerminalTyping {
  readonly #member: ChannelMember
  readonly #connect: (sandboxId: string) => Promise<AgentConnection>
  readonly #opened: (id: string) => Promise<void>
  readonly #waiting = new Map<string, Waiting>()

  /** Nothing is typed before `opened`: the answer would be lost on a socket that has only just subscribed. */
  constructor(
    member: ChannelMember,
    connect: (sandboxId: string) => Promise<AgentConnection>,
    opened: (id: string) => Promise<void>,
  ) {
    this.#member = member
    this.#connect = connect
    this.#opened = opened
  }

  input(id: string, text: string): void {
    const bytes = Buffer.from(text)
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      this.#add(id, { input: bytes.subarray(from, from + PIECE_BYTES) })
    }
  }

  resize(id: string, cols: number, rows: number): void {
    this.#add(id, { cols, rows })
  }

  #add(id: string, act: Act): void {
    const existing = this.#waiting.get(id)
    const waiting: Waiting = existing ?? { acts: [], sizeBytes: 0 }
    const refusal = this.#refusal(id, waiting.sizeBytes + sizeOf(act))
    if (refusal) this.#fail(id, refusal)
    else {
      waiting.acts.push(act)
      waiting.sizeBytes += sizeOf(act)
      this.#waiting.set(id, waiting)
      if (!existing) void this.#work(id, waiting)
    }
  }

  #refusal(id: string, sizeBytes: number): string | null {
    if (sizeBytes > MAX_WAITING_BYTES)
      return 'This terminal does not keep up with what is typed. Wait for it.'
    const isTooMany = !this.#waiting.has(id) && this.#waiting.size >= MAX_TERMINALS
    return isTooMany ? 'This socket types into too many terminals at once. Wait for some.' : null
  }

  async #work(id: string, waiting: Waiting): Promise<void> {
    await this.#opened(id)
    while (waiting.acts.length > 0) {
      const acts = waiting.acts.splice(0, togetherAtStart(waiting.acts))
      for (const act of acts) waiting.sizeBytes -= sizeOf(act)
      try {
        await this.#do(id, acts)
      } catch (error) {
        this.#fail(id, toSandboxError(error).message)
      }
    }
    this.#waiting.delete(id)
  }

  /** Of sizes that follow one another only the last matters. */
  async #do(id: string, acts: Act[]): Promise<void> {
    const { terminalChannels } = await this.#connect(this.#member.sandboxId)
    const inputs = acts.flatMap((act) => ('input' in act ? [act.input] : []))
    const last = acts.at(-1)
    if (inputs.length > 0) await terminalChannels.input(id, Buffer.concat(inputs))
    else if (last && 'cols' in last) await terminalChannels.resize(id, last.cols, last.rows)
  }

  #fail(id: string, error: string): void {
    this.#member.send({ type: 'terminal:error', channel: `terminal:${id}`, data: { error } })
  }
}

/** How many of the first are of one kind, and small enough for one call. */
function togetherAtStart(acts: Act[]): number {
  const [first] = acts
  let sizeBytes = 0
  const end = acts.findIndex((act) => {
    sizeBytes += sizeOf(act)
    return first === undefined || 'input' in act !== 'input' in first || sizeBytes > PIECE_BYTES
  })
  return end < 0 ? acts.length : Math.max(1, end)
}

/** None is for nothing, so that there are not too many of them. */
function sizeOf(act: Act): number {
  return 'input' in act ? Math.max(64, act.input.length) : 64
}

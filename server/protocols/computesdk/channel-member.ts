import { ChannelOutbox, type ChannelSocket } from './channel-outbox'

/** More than any client has open, watchers included; a name is an id with a word before it. */
export const MAX_SUBSCRIPTIONS = 4096
const MAX_NAME_LENGTH = 128

export interface ChannelMessage {
  type: string
  channel?: string
  data?: unknown
}

/** One socket of a sandbox, for as long as it is open. */
export interface ChannelMember {
  readonly sandboxId: string
  /** Bytes that are on their way to it. Who can wait stops sending while they are many. */
  readonly behindBytes: number
  /** To this socket alone, subscribed or not. `onTaken` once the network has it, or the socket is closed. */
  send(message: ChannelMessage, onTaken?: () => void): void
  /** Again, or to a channel that nobody has opened: fine. */
  subscribe(channel: string): void
  unsubscribe(channel: string): void
  leave(): void
}

interface Membership {
  subscribed(channel: string): () => void
  unsubscribed(channel: string): void
  left(): void
}

/** The hub's side of it. */
export class Member implements ChannelMember {
  readonly sandboxId: string
  readonly outbox: ChannelOutbox
  readonly #membership: Membership
  readonly #stops = new Map<string, () => void>()
  #hasLeft = false

  constructor(sandboxId: string, socket: ChannelSocket, membership: Membership) {
    this.sandboxId = sandboxId
    this.outbox = new ChannelOutbox(socket)
    this.#membership = membership
  }

  get behindBytes(): number {
    return this.outbox.behindBytes
  }

  send(message: ChannelMessage, onTaken?: () => void): void {
    this.outbox.send(textOf(message), onTaken)
  }

  subscribe(channel: string): void {
    const isName = channel !== '' && channel.length <= MAX_NAME_LENGTH
    if (this.#hasLeft || !isName || this.#stops.has(channel) || this.#stops.size >= MAX_SUBSCRIPTIONS) return
    this.#stops.set(channel, () => undefined)
    const stop = this.#membership.subscribed(channel)
    // Whatever was sent meanwhile may have ended the subscription already.
    if (this.#stops.has(channel)) this.#stops.set(channel, stop)
    else stop()
  }

  unsubscribe(channel: string): void {
    const stop = this.#stops.get(channel)
    if (!stop) return
    this.#stops.delete(channel)
    stop()
    this.#membership.unsubscribed(channel)
  }

  leave(): void {
    if (this.#hasLeft) return
    this.#hasLeft = true
    for (const channel of [...this.#stops.keys()]) this.unsubscribe(channel)
    this.#membership.left()
  }
}

export function textOf(message: ChannelMessage): Buffer {
  return Buffer.from(JSON.stringify(message))
}

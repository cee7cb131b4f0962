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
  /** Whether it may only look on. */
  readonly isViewer: boolean
  /** Whether more is on its way to it than whoever can wait should add to; `caughtUp` resolves when there is room. */
  readonly isBehind: boolean
  caughtUp(): Promise<void>
  /** To this socket alone, subscribed or not. */
  send(message: ChannelMessage): void
  /** The same, of a sender that heeds `isBehind`. `onTaken` once the network has it, or the socket is closed and will not. */
  sendPaced(message: ChannelMessage, onTaken: (isTaken: boolean) => void): void
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
  readonly isViewer: boolean
  readonly outbox: ChannelOutbox
  readonly #membership: Membership
  readonly #stops = new Map<string, () => void>()
  #hasLeft = false

  constructor(sandboxId: string, socket: ChannelSocket, isViewer: boolean, membership: Membership) {
    this.sandboxId = sandboxId
    this.isViewer = isViewer
    this.outbox = new ChannelOutbox(socket)
    this.#membership = membership
  }

  get isBehind(): boolean {
    return this.outbox.isBehind
  }

  caughtUp(): Promise<void> {
    return this.outbox.caughtUp()
  }

  send(message: ChannelMessage): void {
    this.outbox.send(textOf(message))
  }

  sendPaced(message: ChannelMessage, onTaken: (isTaken: boolean) => void): void {
    this.outbox.sendPaced(textOf(message), onTaken)
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
    this.outbox.ended()
    for (const channel of [...this.#stops.keys()]) this.unsubscribe(channel)
    this.#membership.left()
  }
}

export function textOf(message: ChannelMessage): Buffer {
  return Buffer.from(JSON.stringify(message))
}

import { type ChannelMember, type ChannelMessage, Member, textOf } from './channel-member'
import type { ChannelSocket } from './channel-outbox'
import { KeptMessages } from './kept-messages'

export type { ChannelMember, ChannelMessage }

/** Code of RFC 6455: what the socket was about is no more. */
const GONE = 1001

/** Brings one subscriber what its channel has; the returned function ends that. */
export type ChannelSource = (member: ChannelMember, channel: string) => () => void
type ChannelListener = (sandboxId: string, channel: string) => void

interface Channel {
  subscribers: Set<Member>
  /** Null where the channel is not open: then nothing is kept. */
  kept: KeptMessages | null
}

interface Room {
  members: Set<Member>
  channels: Map<string, Channel>
}

/** Messages to the sockets of one sandbox's /ws. One instance for the whole control plane. */
export class Channels {
  readonly #rooms = new Map<string, Room>()
  readonly #sources = new Map<string, ChannelSource>()
  readonly #subscribeListeners = new Set<ChannelListener>()
  readonly #lastLeftListeners = new Set<ChannelListener>()

  /** To those who subscribed; kept (<= 256 KiB, oldest dropped) while nobody has, and given to the first who does. */
  publish(sandboxId: string, message: ChannelMessage & { channel: string }): void {
    const channel = this.#rooms.get(sandboxId)?.channels.get(message.channel)
    if (!channel) return
    const text = textOf(message)
    if (channel.subscribers.size === 0) channel.kept?.add(text)
    for (const member of channel.subscribers) member.outbox.send(text)
  }

  /** To every socket of the sandbox. */
  broadcast(sandboxId: string, message: ChannelMessage): void {
    const text = textOf(message)
    for (const member of this.#rooms.get(sandboxId)?.members ?? []) member.outbox.send(text)
  }

  /** Makes a channel known: only what is open is kept for late subscribers. */
  open(sandboxId: string, name: string): void {
    this.#channel(this.#room(sandboxId), name).kept ??= new KeptMessages()
  }

  /** Forgets a channel and what it kept. */
  close(sandboxId: string, name: string): void {
    const channel = this.#rooms.get(sandboxId)?.channels.get(name)
    if (channel) channel.kept = null
    this.#tidy(sandboxId, name)
  }

  isSubscribed(sandboxId: string, name: string): boolean {
    return (this.#rooms.get(sandboxId)?.channels.get(name)?.subscribers.size ?? 0) > 0
  }

  /** Called when somebody subscribes to a channel, each time; the returned function stops that. */
  onSubscribe(listener: ChannelListener): () => void {
    this.#subscribeListeners.add(listener)
    return () => this.#subscribeListeners.delete(listener)
  }

  /** Called when a channel's last subscriber has left. */
  onLastLeft(listener: ChannelListener): () => void {
    this.#lastLeftListeners.add(listener)
    return () => this.#lastLeftListeners.delete(listener)
  }

  /** For channels whose name begins with `kind` and a colon: each subscriber is served by itself, at its own pace. */
  serve(kind: string, source: ChannelSource): void {
    this.#sources.set(kind, source)
  }

  join(sandboxId: string, socket: ChannelSocket, isViewer = false): ChannelMember {
    const room = this.#room(sandboxId)
    const member: Member = new Member(sandboxId, socket, isViewer, {
      subscribed: (name) => this.#subscribed(room, member, name),
      unsubscribed: (name) => this.#unsubscribed(room, member, name),
      left: () => {
        room.members.delete(member)
        this.#tidy(sandboxId)
      },
    })
    room.members.add(member)
    return member
  }

  /** The sandbox is deleted: its sockets are closed, and nothing of it is kept. */
  forget(sandboxId: string): void {
    const room = this.#rooms.get(sandboxId)
    for (const channel of room?.channels.values() ?? []) channel.kept = null
    for (const member of [...(room?.members ?? [])]) {
      member.outbox.close(GONE, 'The sandbox was deleted.')
      member.leave()
    }
    this.#rooms.delete(sandboxId)
  }

  #subscribed(room: Room, member: Member, name: string): () => void {
    const channel = this.#channel(room, name)
    channel.subscribers.add(member)
    for (const text of channel.kept?.take() ?? []) member.outbox.send(text)
    const stop = this.#sources.get(name.slice(0, Math.max(0, name.indexOf(':'))))?.(member, name)
    for (const listener of this.#subscribeListeners) listener(member.sandboxId, name)
    return stop ?? (() => undefined)
  }

  #unsubscribed(room: Room, member: Member, name: string): void {
    const subscribers = room.channels.get(name)?.subscribers
    if (!subscribers?.delete(member)) return
    this.#tidy(member.sandboxId, name)
    if (subscribers.size > 0) return
    for (const listener of this.#lastLeftListeners) listener(member.sandboxId, name)
  }

  #room(sandboxId: string): Room {
    const room = this.#rooms.get(sandboxId) ?? { members: new Set(), channels: new Map() }
    this.#rooms.set(sandboxId, room)
    return room
  }

  #channel(room: Room, name: string): Channel {
    const channel = room.channels.get(name) ?? { subscribers: new Set(), kept: null }
    room.channels.set(name, channel)
    return channel
  }

  #tidy(sandboxId: string, name?: string): void {
    const room = this.#rooms.get(sandboxId)
    if (!room) return
    const channel = name === undefined ? undefined : room.channels.get(name)
    if (name !== undefined && channel?.kept === null && channel.subscribers.size === 0)
      room.channels.delete(name)
    if (room.members.size === 0 && room.channels.size === 0) this.#rooms.delete(sandboxId)
  }
}

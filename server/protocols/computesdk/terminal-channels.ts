import { setTimeout as delay } from 'node:timers/promises'
import type { AgentConnection } from '../../sandbox/agent-connection'
import type { ChannelMember } from './channel-member'
import type { Channels } from './channels'
import { TerminalChannel } from './terminal-channel'

/**
 * When a new terminal is told of: the client listens only some time after it has its answer, and waits 5 s. What one
 * moment missed the next does not.
 */
const ANNOUNCE_MS = [50, 250, 1000, 3000]
const ANNOUNCE_TO_NEWCOMER_MS = [20, 250]
const NEW_FOR_MS = 6_000
/** The last messages of a deleted terminal are on their way within this, or their readers are too slow for them. */
const LAST_MESSAGES_MS = 1_000
/** The client forgets its handlers with the answer: the farewell must be there before. */
const FAREWELL_MS = 30

/** The channels `terminal:<id>` of all sandboxes. */
export class TerminalChannels {
  readonly #channels: Channels
  readonly #connect: (sandboxId: string) => Promise<AgentConnection>
  /** Those that nobody has subscribed to yet, until they are no longer new. */
  readonly #created = new Map<string, Map<string, number>>()
  readonly #following = new Map<string, Set<Promise<void>>>()
  /** By terminal, what a socket has subscribed to and does not follow yet. */
  readonly #opening = new WeakMap<ChannelMember, Map<string, Promise<void>>>()

  constructor(channels: Channels, connect: (sandboxId: string) => Promise<AgentConnection>) {
    this.#channels = channels
    this.#connect = connect
    channels.serve('terminal', (member, channel) => this.#follow(member, channel))
  }

  /** Tells all sockets of the sandbox, now and then, until somebody has subscribed. */
  created(sandboxId: string, id: string): void {
    const news = this.#created.get(sandboxId) ?? new Map<string, number>()
    this.#created.set(sandboxId, news.set(id, Date.now()))
    for (const afterMs of ANNOUNCE_MS) {
      later(afterMs, () => {
        if (news.has(id)) this.#channels.broadcast(sandboxId, created(id))
      })
    }
    later(NEW_FOR_MS, () => this.#forgetNews(sandboxId, id))
  }

  /** A socket that opened after the terminal did. */
  joined(member: ChannelMember): void {
    for (const id of this.#created.get(member.sandboxId)?.keys() ?? []) {
      for (const afterMs of ANNOUNCE_TO_NEWCOMER_MS) {
        later(afterMs, () => {
          if (this.#created.get(member.sandboxId)?.has(id)) member.send(created(id))
        })
      }
    }
  }

  /** Resolves a moment after the followers of a deleted terminal have been sent the last of it. */
  async deleted(sandboxId: string, id: string): Promise<void> {
    this.#forgetNews(sandboxId, id)
    const following = this.#following.get(`${sandboxId}/${id}`)
    if (!following) return
    await Promise.race([Promise.all(following), delay(LAST_MESSAGES_MS, undefined, { ref: false })])
    await delay(FAREWELL_MS)
  }

  /** Resolves when a socket hears the terminal, if it has asked to: it then hears the answer to what it types. */
  async opened(member: ChannelMember, id: string): Promise<void> {
    await this.#opening.get(member)?.get(id)
  }

  #follow(member: ChannelMember, channel: string): () => void {
    const id = channel.slice('terminal:'.length)
    const key = `${member.sandboxId}/${id}`
    this.#forgetNews(member.sandboxId, id)
    let onEnd: () => void = () => undefined
    const ended = new Promise<void>((resolve) => {
      onEnd = resolve
    })
    const following = this.#following.get(key) ?? new Set()
    this.#following.set(key, following.add(ended))
    void ended.then(() => {
      following.delete(ended)
      if (following.size === 0 && this.#following.get(key) === following) this.#following.delete(key)
    })
    const follower = new TerminalChannel({ connect: this.#connect, member, channel, id, onEnd })
    this.#noteOpening(member, id, follower.opened)
    return () => follower.stop()
  }

  #noteOpening(member: ChannelMember, id: string, opened: Promise<void>): void {
    const opening = this.#opening.get(member) ?? new Map<string, Promise<void>>()
    this.#opening.set(member, opening.set(id, opened))
    void opened.then(() => {
      if (opening.get(id) === opened) opening.delete(id)
    })
  }

  #forgetNews(sandboxId: string, id: string): void {
    const news = this.#created.get(sandboxId)
    news?.delete(id)
    if (news?.size === 0) this.#created.delete(sandboxId)
  }
}

function created(id: string) {
  return { type: 'terminal:created', channel: `terminal:${id}`, data: { id, status: 'running' } }
}

function later(afterMs: number, act: () => void): void {
  setTimeout(act, afterMs).unref()
}

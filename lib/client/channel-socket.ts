import { z } from 'zod'
import { SandboxError } from '@/lib/errors'
import type { ChannelClientMessage } from '@/lib/protocol/channel-messages'
import { type OpenSocket, ReconnectingSocket } from './reconnecting-socket'

/** Whoever waits for the socket waits no longer than this. */
const OPEN_TIMEOUT_MS = 15_000
/** What is said while the socket is away, kept for when it is back. */
const MAX_KEPT_CHARACTERS = 64 * 1024

const ServerMessage = z.object({ type: z.string(), channel: z.string().optional(), data: z.unknown() })
export type ChannelMessage = { type: string; channel?: string | undefined; data?: unknown }

export type ChannelSubscriber = {
  onMessage: (message: ChannelMessage) => void
  /** Each time that the channel is subscribed, also after a loss. */
  onSubscribed?: () => void
  /** Nothing will come any more: the sandbox is gone or stopped, the token revoked, or the client disconnected. */
  onGone?: (error: SandboxError) => void
}

export type ChannelSocketOptions = {
  url: () => string
  /** Asked when no socket can be had: why trying again is in vain, or null where it is not. */
  whyGone: () => Promise<SandboxError | null>
  openSocket: OpenSocket
}

type Waiting = { resolve: () => void; reject: (error: SandboxError) => void }

/**
 * The sandbox's one socket of channels (`WS /ws`, `lib/protocol/channel-messages.ts`). It is open while somebody subscribes,
 * comes back after a loss with all subscriptions, and closes with the last of them.
 */
export class ChannelSocket {
  readonly #options: ChannelSocketOptions
  readonly #channels = new Map<string, Set<ChannelSubscriber>>()
  readonly #waiting = new Set<Waiting>()
  #socket: ReconnectingSocket | undefined
  #isOpen = false
  #kept: string[] = []

  constructor(options: ChannelSocketOptions) {
    this.#options = options
  }

  /** Resolves once the channel is subscribed, with how to end that. `unavailable` where no socket can be had. */
  async subscribe(channel: string, subscriber: ChannelSubscriber): Promise<() => void> {
    const subscribers = this.#channels.get(channel) ?? new Set()
    this.#channels.set(channel, subscribers.add(subscriber))
    const leave = () => this.#leave(channel, subscriber)
    try {
      if (!this.#isOpen) await this.#opened()
      else this.#subscribed(channel, subscriber, subscribers.size === 1)
    } catch (error) {
      leave()
      throw error
    }
    return leave
  }

  /** False where it was not taken: the socket is away, and enough is kept for its return already. */
  send(message: ChannelClientMessage): boolean {
    const text = JSON.stringify(message)
    if (this.#isOpen && this.#socket?.send(text)) return true
    const keptCharacters = this.#kept.reduce((sum, each) => sum + each.length, 0)
    if (!this.#socket || keptCharacters + text.length > MAX_KEPT_CHARACTERS) return false
    this.#kept.push(text)
    return true
  }

  close(): void {
    this.#end(new SandboxError('unavailable', 'The client has disconnected from the sandbox.'))
  }

  #opened(): Promise<void> {
    this.#connect()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => waiting.reject(notOpened()), OPEN_TIMEOUT_MS)
      const settle = () => {
        clearTimeout(timer)
        this.#waiting.delete(waiting)
      }
      const waiting: Waiting = {
        resolve: () => {
          settle()
          resolve()
        },
        reject: (error) => {
          settle()
          reject(error)
        },
      }
      this.#waiting.add(waiting)
    })
  }

  #connect(): void {
    if (this.#socket) return
    const handlers = {
      url: this.#options.url,
      onOpen: () => this.#onOpen(),
      onMessage: (data: string | Uint8Array) => this.#onMessage(data),
      onLost: (wasOpen: boolean) => this.#onLost(wasOpen),
    }
    const socket = new ReconnectingSocket(handlers, this.#options.openSocket)
    this.#socket = socket
    try {
      socket.connect()
    } catch (error) {
      this.#drop()
      throw error
    }
  }

  #onOpen(): void {
    this.#isOpen = true
    for (const [channel, subscribers] of this.#channels) {
      let isFirst = true
      for (const subscriber of subscribers) {
        this.#subscribed(channel, subscriber, isFirst)
        isFirst = false
      }
    }
    for (const text of this.#kept.splice(0)) this.#socket?.send(text)
    for (const { resolve } of [...this.#waiting]) resolve()
  }

  #subscribed(channel: string, subscriber: ChannelSubscriber, isFirst: boolean): void {
    if (isFirst) this.send({ type: 'subscribe', channel })
    subscriber.onSubscribed?.()
  }

  #onMessage(data: string | Uint8Array): void {
    const message = typeof data === 'string' ? parseMessage(data) : undefined
    if (!message) return
    this.#socket?.confirm()
    for (const { onMessage } of [...(this.#channels.get(message.channel ?? '') ?? [])]) onMessage(message)
  }

  #onLost(wasOpen: boolean): void {
    this.#isOpen = false
    if (!wasOpen) void this.#endIfGone()
  }

  async #endIfGone(): Promise<void> {
    const socket = this.#socket
    // Not reachable is not gone: whatever goes wrong in asking, trying again goes on.
    const reason = await this.#options.whyGone().catch(() => null)
    if (reason && socket === this.#socket && !this.#isOpen) this.#end(reason)
  }

  #leave(channel: string, subscriber: ChannelSubscriber): void {
    const subscribers = this.#channels.get(channel)
    if (!subscribers?.delete(subscriber) || subscribers.size > 0) return
    this.#channels.delete(channel)
    if (this.#channels.size === 0) this.#drop()
    else if (this.#isOpen) this.send({ type: 'unsubscribe', channel })
  }

  #end(error: SandboxError): void {
    const subscribers = [...this.#channels.values()].flatMap((each) => [...each])
    this.#channels.clear()
    this.#drop()
    for (const { reject } of [...this.#waiting]) reject(error)
    for (const { onGone } of subscribers) onGone?.(error)
  }

  #drop(): void {
    this.#socket?.close()
    this.#socket = undefined
    this.#isOpen = false
    this.#kept = []
  }
}

function notOpened(): SandboxError {
  return new SandboxError(
    'unavailable',
    'The sandbox cannot be reached over a WebSocket. Check that whatever stands between lets WebSockets through.',
  )
}

function parseMessage(text: string): ChannelMessage | undefined {
  try {
    return ServerMessage.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

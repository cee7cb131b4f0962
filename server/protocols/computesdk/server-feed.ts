import type { ServerEvent } from '@/lib/protocol/servers'

/** What a reader may be behind. Beyond it nothing more is written until it has caught up by half. */
const MAX_PENDING_BYTES = 1024 * 1024

/** What a feed writes to: a WebSocket. */
interface FeedSocket {
  send(text: string, done: (error?: Error) => void): void
}

/** Changes of servers to one reader, however slow: of each server only the latest waits. */
export class ServerFeed {
  readonly #socket: FeedSocket
  readonly #waiting = new Map<string, ServerEvent>()
  #pendingBytes = 0

  constructor(socket: FeedSocket) {
    this.#socket = socket
  }

  say(event: ServerEvent): void {
    const key = keyOf(event)
    // Anew at the end, so that `ready` never comes before what it is about.
    this.#waiting.delete(key)
    this.#waiting.set(key, event)
    this.#write()
  }

  #write(): void {
    for (const [key, event] of this.#waiting) {
      if (this.#pendingBytes > MAX_PENDING_BYTES) return
      this.#waiting.delete(key)
      const text = JSON.stringify(event)
      this.#pendingBytes += text.length
      this.#socket.send(text, () => this.#onTaken(text.length))
    }
  }

  #onTaken(bytes: number): void {
    this.#pendingBytes -= bytes
    if (this.#pendingBytes <= MAX_PENDING_BYTES / 2) this.#write()
  }
}

/** A slug has no blank. */
function keyOf(event: ServerEvent): string {
  if (event.type === 'ready') return ' ready'
  return event.type === 'changed' ? event.server.slug : event.slug
}

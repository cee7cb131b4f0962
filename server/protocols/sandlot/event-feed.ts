import type { WorkbenchEvent } from '@/lib/protocol/workbench'

/** What a reader may be behind. Beyond it nothing more is written until it has caught up by half. */
const MAX_PENDING_BYTES = 1024 * 1024

/** What a feed writes to: a WebSocket. */
export interface FeedSocket {
  send(text: string, done: (error?: Error) => void): void
}

/**
 * Events to one reader, however slow: what is a state waits as its latest value, and lost file events become one `resync`,
 * so that what waits is bounded.
 */
export class EventFeed {
  readonly #socket: FeedSocket
  readonly #root: string
  readonly #waiting = new Map<WorkbenchEvent['type'], WorkbenchEvent>()
  #pendingBytes = 0
  #isBehind = false
  #hasLostFiles = false

  constructor(socket: FeedSocket, root: string) {
    this.#socket = socket
    this.#root = root
  }

  say(event: WorkbenchEvent): void {
    if (!this.#isBehind) this.#write(event)
    else if (event.type === 'files' || event.type === 'resync') this.#hasLostFiles = true
    else this.#waiting.set(event.type, event)
  }

  #write(event: WorkbenchEvent): void {
    const text = JSON.stringify(event)
    this.#pendingBytes += text.length
    this.#isBehind = this.#pendingBytes > MAX_PENDING_BYTES
    this.#socket.send(text, () => this.#onTaken(text.length))
  }

  #onTaken(bytes: number): void {
    this.#pendingBytes -= bytes
    if (!this.#isBehind || this.#pendingBytes > MAX_PENDING_BYTES / 2) return
    this.#isBehind = false
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const event of waiting) this.say(event)
    if (this.#hasLostFiles && !this.#isBehind) {
      this.#hasLostFiles = false
      this.say({ type: 'resync', path: this.#root })
    }
  }
}

import { SandboxError } from '@/lib/errors'
import type { AgentConnection } from './agent-connection'
import type { Subscription } from './agent-messages'

const FIRST_RETRY_MS = 250
const MAX_RETRY_MS = 10_000

export interface AgentFollowerOptions {
  connect: () => Promise<AgentConnection>
  /** Resolves once nothing that happens from then on is missed; `onClose` says that it is over. */
  open: (agent: AgentConnection, onClose: () => void) => Promise<Subscription>
}

/** A stream of the agent: followed from the first `ready` on, and again where it was lost, until stopped. */
export class AgentFollower {
  readonly #options: AgentFollowerOptions
  #subscription: Subscription | undefined
  #opening: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #retryMs = FIRST_RETRY_MS
  /** Counts the attempts, so that what belongs to an earlier one is told apart. */
  #attempt = 0

  constructor(options: AgentFollowerOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#subscription !== undefined
  }

  /** Resolves when it is followed; what stands in the way is thrown, and not tried again by itself. */
  ready(): Promise<void> {
    if (this.isOpen) return Promise.resolve()
    this.#opening ??= this.#open(this.#attempt)
    return this.#opening
  }

  /** Follows, now or as soon as it can be. */
  start(): void {
    this.#retryMs = FIRST_RETRY_MS
    void this.#try()
  }

  stop(): void {
    this.#attempt += 1
    clearTimeout(this.#timer)
    this.#opening = undefined
    this.#subscription?.close()
    this.#subscription = undefined
  }

  async #try(): Promise<void> {
    const attempt = this.#attempt
    clearTimeout(this.#timer)
    try {
      await this.ready()
    } catch {
      if (attempt === this.#attempt) this.#retryLater()
    }
  }

  #retryLater(): void {
    this.#timer = setTimeout(() => void this.#try(), this.#retryMs).unref()
    this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS)
  }

  async #open(attempt: number): Promise<void> {
    try {
      let isClosed = false
      const subscription = await this.#options.open(await this.#options.connect(), () => {
        isClosed = true
        this.#onClose(attempt)
      })
      if (attempt !== this.#attempt || isClosed) {
        subscription.close()
        throw new SandboxError('unavailable', 'The sandbox was stopped or lost meanwhile. Try again.')
      }
      this.#subscription = subscription
      this.#retryMs = FIRST_RETRY_MS
    } finally {
      if (attempt === this.#attempt) this.#opening = undefined
    }
  }

  #onClose(attempt: number): void {
    if (attempt !== this.#attempt || !this.isOpen) return
    this.#attempt += 1
    this.#subscription = undefined
    this.#retryLater()
  }
}

import { type SandboxError, toSandboxError } from '@/lib/errors'
import type { FrameStream } from '../../sandbox/agent-frames'
import type { ChannelMember } from './channel-member'

/** A connection to the agent that broke is made again, after so long, then longer. */
const RETRY_MS = [100, 500, 2000, 5000]
/** Failures after which there is nothing left to come back to. */
const FINAL_CODES: ReadonlySet<string> = new Set([
  'terminal_not_found',
  'process_not_found',
  'sandbox_not_found',
  'sandbox_stopped',
])

export interface FollowedStreamOptions {
  member: ChannelMember
  /** Opens the agent's stream; its bytes and messages go to whoever opened it, and its end to `broke`. */
  open: () => Promise<FrameStream>
  /** Called once: it can not be followed, or no longer. */
  onLost: (error: SandboxError) => void
}

/**
 * A stream of the agent's, followed for one socket: opened again when the connection breaks, and read no faster than the
 * socket takes what is made of it.
 */
export class FollowedStream {
  readonly #options: FollowedStreamOptions
  #stream: FrameStream | undefined
  #isStopped = false
  #isPaused = false
  #failures = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: FollowedStreamOptions) {
    this.#options = options
  }

  /** Resolves when it is open, or did not open this time. */
  async start(): Promise<void> {
    try {
      const stream = await this.#options.open()
      if (this.#isStopped) return stream.close()
      this.#stream = stream
      this.#isPaused = true
      void this.#readOn(stream)
    } catch (error) {
      this.broke(error)
    }
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#stream?.close()
    this.#stream = undefined
  }

  /** After each piece: reads on when the socket has room again. */
  keepPace(): void {
    const stream = this.#stream
    this.#failures = 0
    if (!stream || this.#isPaused || !this.#options.member.isBehind) return
    this.#isPaused = true
    stream.pause()
    void this.#readOn(stream)
  }

  acknowledge(offset: number): void {
    this.#stream?.say({ type: 'ack', offset })
  }

  broke(error: unknown): void {
    this.#stream = undefined
    if (this.#isStopped) return
    const reason = toSandboxError(error)
    const retryMs = FINAL_CODES.has(reason.code) ? undefined : RETRY_MS[this.#failures++]
    if (retryMs === undefined) {
      this.stop()
      this.#options.onLost(reason)
    } else this.#timer = setTimeout(() => void this.start(), retryMs).unref()
  }

  async #readOn(stream: FrameStream): Promise<void> {
    await this.#options.member.caughtUp()
    if (stream !== this.#stream) return
    this.#isPaused = false
    stream.resume()
  }
}

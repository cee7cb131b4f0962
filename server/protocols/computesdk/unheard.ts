import type { FileChanged } from '@/lib/protocol/watchers'
import { MAX_KEPT_BYTES } from './kept-messages'

/** Of all watchers of a sandbox together that nobody listens to; each keeps some of its own in the hub. */
const MAX_UNHEARD_BYTES = 8 * 1024 * 1024
/** What is in a message besides its path and content. */
const MESSAGE_BYTES = 200

/** Keeps account of what the hub keeps for listeners to come, so that a thousand watchers do not keep a thousand times as much. */
export class Unheard {
  readonly #byChannel = new Map<string, number>()
  #totalBytes = 0

  /** False where there is no more room. */
  take(channel: string, { path, content }: FileChanged): boolean {
    const bytes = MESSAGE_BYTES + path.length + (content?.length ?? 0)
    const before = this.#byChannel.get(channel) ?? 0
    const after = Math.min(before + bytes, MAX_KEPT_BYTES)
    if (this.#totalBytes + after - before > MAX_UNHEARD_BYTES) return false
    this.#totalBytes += after - before
    this.#byChannel.set(channel, after)
    return true
  }

  /** Somebody listens, or it is closed. */
  forget(channel: string): void {
    this.#totalBytes -= this.#byChannel.get(channel) ?? 0
    this.#byChannel.delete(channel)
  }
}

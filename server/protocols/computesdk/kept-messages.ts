/** Of one channel while nobody has subscribed to it: the prompt of a shell, the first changes of a watcher. */
export const MAX_KEPT_BYTES = 256 * 1024
/** Each message takes some memory besides its bytes. */
const MAX_KEPT_MESSAGES = 4096

/** The newest messages of a channel that nobody has had yet. */
export class KeptMessages {
  #messages: Buffer[] = []
  #sizeBytes = 0

  add(message: Buffer): void {
    this.#messages.push(message)
    this.#sizeBytes += message.length
    let dropped = 0
    while (this.#sizeBytes > MAX_KEPT_BYTES || this.#messages.length - dropped > MAX_KEPT_MESSAGES) {
      this.#sizeBytes -= this.#messages[dropped++]?.length ?? 0
    }
    if (dropped > 0) this.#messages = this.#messages.slice(dropped)
  }

  /** In order, once. */
  take(): Buffer[] {
    const messages = this.#messages
    this.#messages = []
    this.#sizeBytes = 0
    return messages
  }
}

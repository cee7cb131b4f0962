const BINARY = 2
const LONG = 126
const LONGEST = 127
const OWN_BYTES = 2
const MAX_HEADER_BYTES = 10

/** The frames of a WebSocket server as they come, in whatever pieces; the payload of a binary one is shown piece by piece. */
export class FrameParser {
  readonly #onText: (text: string) => void
  readonly #onBytes: (bytes: Buffer) => void
  readonly #header = Buffer.alloc(MAX_HEADER_BYTES)
  #headerBytes = 0
  #left = 0
  #text = ''

  constructor(onText: (text: string) => void, onBytes: (bytes: Buffer) => void) {
    this.#onText = onText
    this.#onBytes = onBytes
  }

  take(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#left === 0) {
        this.#header[this.#headerBytes++] = bytes[at++] as number
        this.#left = this.#payloadBytes()
      } else {
        const part = bytes.subarray(at, at + this.#left)
        at += part.length
        this.#takePayload(part)
      }
    }
  }

  #takePayload(part: Buffer): void {
    this.#left -= part.length
    const isBinary = ((this.#header[0] ?? 0) & 0xf) === BINARY
    if (isBinary) this.#onBytes(part)
    else this.#text += part.toString()
    if (this.#left > 0) return
    this.#headerBytes = 0
    if (!isBinary) this.#onText(this.#text)
    this.#text = ''
  }

  /** 0 until the header is whole; no frame of a terminal is empty. */
  #payloadBytes(): number {
    if (this.#headerBytes < OWN_BYTES) return 0
    const length = (this.#header[1] ?? 0) & 0x7f
    const moreBytes = length === LONGEST ? 8 : length === LONG ? 2 : 0
    if (this.#headerBytes < OWN_BYTES + moreBytes) return 0
    return moreBytes === 0
      ? length
      : this.#header.readUIntBE(moreBytes === 8 ? 4 : OWN_BYTES, moreBytes === 8 ? 6 : 2)
  }
}

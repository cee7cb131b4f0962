/** Bytes in pieces, cut so that no character is split: what is begun waits for its rest. */
export class Utf8Splitter {
  #begun: Buffer = Buffer.alloc(0)

  /** Bytes that wait for the rest of their character: three at most. */
  get heldBytes(): number {
    return this.#begun.length
  }

  push(bytes: Buffer): Buffer {
    const all = this.#begun.length === 0 ? bytes : Buffer.concat([this.#begun, bytes])
    const whole = all.length - begunLength(all)
    // A copy: what waits must not keep a large piece in memory.
    this.#begun = Buffer.from(all.subarray(whole))
    return all.subarray(0, whole)
  }

  /** What has waited in vain. */
  rest(): Buffer {
    const rest = this.#begun
    this.#begun = Buffer.alloc(0)
    return rest
  }
}

/** How many bytes at the end begin a character that more bytes may complete. */
function begunLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return sizeOf(byte) > back ? back : 0
  }
  return 0
}

/** Of the character that a byte begins; 0 for bytes that begin none. */
function sizeOf(firstByte: number): number {
  if (firstByte >= 0xf5 || firstByte < 0xc2) return 0
  if (firstByte >= 0xf0) return 4
  return firstByte >= 0xe0 ? 3 : 2
}

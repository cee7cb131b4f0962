/** Blocks grow with what is kept, from a few lines of output to this. */
const MIN_BLOCK_BYTES = 4 * 1024
const MAX_BLOCK_BYTES = 64 * 1024

interface Block {
  start: number
  bytes: Uint8Array
  used: number
}

/**
 * The newest bytes of a stream of output, addressed by their offset in the whole of it. Memory grows as output comes and
 * stays below `capacity`; the oldest block goes first, and `onEvict` sees it before it does.
 *
 * Blocks are written once and never moved, so what `read` returns may be sent without a copy and stays as it is even
 * when the block is let go.
 */
export class OutputBuffer {
  readonly #capacity: number
  readonly #onEvict: ((bytes: Uint8Array) => void) | undefined
  #blocks: Block[] = []
  #end = 0
  #allocated = 0

  constructor(capacity: number, onEvict?: (bytes: Uint8Array) => void) {
    this.#capacity = capacity
    this.#onEvict = onEvict
  }

  get startOffset(): number {
    return this.#blocks[0]?.start ?? this.#end
  }

  get endOffset(): number {
    return this.#end
  }

  append(bytes: Uint8Array): void {
    let rest = bytes
    while (rest.length > 0) {
      const block = this.#writableBlock()
      const part = rest.subarray(0, block.bytes.length - block.used)
      block.bytes.set(part, block.used)
      block.used += part.length
      this.#end += part.length
      rest = rest.subarray(part.length)
    }
  }

  /** Up to `max` bytes from `offset` on, fewer at the end of a block; nothing outside of what is kept. */
  read(offset: number, max: number): Uint8Array {
    const block = this.#blockAt(offset)
    if (!block || max <= 0) return new Uint8Array()
    const from = offset - block.start
    return block.bytes.subarray(from, Math.min(block.used, from + max))
  }

  clear(): void {
    this.#blocks = []
    this.#allocated = 0
  }

  #writableBlock(): Block {
    const last = this.#blocks.at(-1)
    if (last && last.used < last.bytes.length) return last
    const size = Math.min(
      MAX_BLOCK_BYTES,
      this.#capacity,
      Math.max(MIN_BLOCK_BYTES, this.#end - this.startOffset),
    )
    while (this.#allocated + size > this.#capacity) this.#evict()
    const block = { start: this.#end, bytes: new Uint8Array(size), used: 0 }
    this.#blocks.push(block)
    this.#allocated += size
    return block
  }

  #evict(): void {
    const block = this.#blocks.shift()
    if (!block) return
    this.#allocated -= block.bytes.length
    this.#onEvict?.(block.bytes.subarray(0, block.used))
  }

  #blockAt(offset: number): Block | undefined {
    if (offset < this.startOffset || offset >= this.#end) return undefined
    let low = 0
    let high = this.#blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#blocks[middle]?.start ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return this.#blocks[low]
  }
}

import { OutputBuffer } from './output-buffer'
import { TerminalModes } from './terminal-modes'

export interface SizeChange {
  /** Counts up, so that a viewer knows which it has told. */
  sequence: number
  offset: number
  cols: number
  rows: number
}

/** How far to look for a line's end before a viewer may begin in the middle of a line. */
const BOUNDARY_SEARCH_BYTES = 16 * 1024
/** Where a viewer goes on that was too slow: screens enough to see where things are, few enough to catch up at once. */
const TAIL_BYTES = 256 * 1024
const NEW_LINE = 0x0a

/** What a terminal has said, with the sizes and modes that were in force while it did. */
export class TerminalLog {
  readonly #bytes: OutputBuffer
  /** The modes at `startOffset`: fed with what leaves the buffer. */
  readonly #modes = new TerminalModes()
  #sizes: SizeChange[]

  constructor(capacity: number, size: { cols: number; rows: number }) {
    this.#bytes = new OutputBuffer(capacity, (bytes) => this.#modes.feed(bytes))
    this.#sizes = [{ sequence: 0, offset: 0, ...size }]
  }

  get startOffset(): number {
    return this.#bytes.startOffset
  }

  get endOffset(): number {
    return this.#bytes.endOffset
  }

  append(bytes: Uint8Array): void {
    this.#bytes.append(bytes)
  }

  read(offset: number, max: number): Uint8Array {
    return this.#bytes.read(offset, max)
  }

  resize(cols: number, rows: number): void {
    const sequence = (this.#sizes.at(-1)?.sequence ?? 0) + 1
    const offset = this.endOffset
    // A drag of the window's edge makes dozens; of those that no output separates only the last matters.
    if (this.#sizes.length > 1 && this.#sizes.at(-1)?.offset === offset) this.#sizes.pop()
    const firstNeeded = this.#sizes.findLastIndex((size) => size.offset <= this.startOffset)
    if (firstNeeded > 0) this.#sizes = this.#sizes.slice(firstNeeded)
    this.#sizes.push({ sequence, offset, cols, rows })
  }

  /** The last size that was set at or before `offset`. */
  sizeAt(offset: number): SizeChange {
    const size = this.#sizes.findLast((each) => each.offset <= offset) ?? this.#sizes[0]
    return size as SizeChange
  }

  sizeAfter(sequence: number): SizeChange | undefined {
    return this.#sizes.find((each) => each.sequence > sequence)
  }

  modesAt(offset: number): TerminalModes {
    const modes = this.#modes.clone()
    this.#feed(modes, this.startOffset, offset)
    return modes
  }

  /** The first place from which the log can be shown. */
  firstBoundary(): number {
    return this.startOffset === 0 ? 0 : this.#boundaryFrom(this.startOffset)
  }

  /** The place from which a viewer goes on that lost its own. */
  tailBoundary(): number {
    const tail = this.endOffset - TAIL_BYTES
    return tail <= this.startOffset ? this.firstBoundary() : this.#boundaryFrom(tail)
  }

  /** After a line's end where there is one near, else between two characters; never inside of an escape sequence. */
  #boundaryFrom(from: number): number {
    const modes = this.modesAt(from)
    let between: number | undefined
    for (let offset = from; offset < from + BOUNDARY_SEARCH_BYTES; ) {
      const bytes = this.#bytes.read(offset, BOUNDARY_SEARCH_BYTES)
      if (bytes.length === 0) break
      for (let i = 0; i < bytes.length; i++) {
        const byte = bytes[i] as number
        const isContinuation = byte >= 0x80 && byte < 0xc0
        if (between === undefined && modes.isGround && !isContinuation) between = offset + i
        modes.feed(bytes.subarray(i, i + 1))
        if (byte === NEW_LINE && modes.isGround) return offset + i + 1
      }
      offset += bytes.length
    }
    return between ?? this.endOffset
  }

  #feed(modes: TerminalModes, from: number, to: number): void {
    for (let offset = from; offset < to; ) {
      const bytes = this.#bytes.read(offset, to - offset)
      if (bytes.length === 0) return
      modes.feed(bytes)
      offset += bytes.length
    }
  }
}

import { OutputBuffer } from './output-buffer'

export type OutputStream = 'stdout' | 'stderr'

interface Segment {
  stream: OutputStream
  /** Within both outputs together, in the order of their arrival. */
  start: number
  /** Within its own stream. */
  streamStart: number
  length: number
}

/** A program that alternates byte by byte would otherwise cost more in segments than in bytes. */
const MAX_SEGMENTS = 16_384

/** The outputs of one process: the bytes in the order of their arrival, and which stream each came from. */
export class ProcessLog {
  readonly #bytes: OutputBuffer
  #segments: Segment[] = []
  /** Index of the first segment that still counts; cut off now and then, since `shift` per segment would be slow. */
  #first = 0
  readonly #ends = { stdout: 0, stderr: 0 }

  constructor(capacity: number) {
    this.#bytes = new OutputBuffer(capacity)
  }

  endOffset(stream: OutputStream | 'both'): number {
    return stream === 'both' ? this.#bytes.endOffset : this.#ends[stream]
  }

  /** How often the outputs take turns after this offset of both together. */
  segmentsAfter(offset: number): number {
    return this.#segments.length - this.#indexOf(offset)
  }

  append(stream: OutputStream, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const last = this.#segments.at(-1)
    if (last?.stream === stream) last.length += bytes.length
    else
      this.#segments.push({
        stream,
        start: this.#bytes.endOffset,
        streamStart: this.#ends[stream],
        length: bytes.length,
      })
    this.#ends[stream] += bytes.length
    this.#bytes.append(bytes)
    this.#forgetOldSegments()
  }

  /** The next bytes of both outputs from `cursor` on that belong to one stream; `undefined` when there are none yet. */
  next(
    cursor: number,
    max: number,
  ): { stream: OutputStream; offset: number; cursor: number; bytes: Uint8Array } | undefined {
    const at = Math.max(cursor, this.#start())
    const segment = this.#segments[this.#indexOf(at)]
    if (!segment || at >= segment.start + segment.length) return undefined
    const within = at - segment.start
    const bytes = this.#bytes.read(at, Math.min(max, segment.length - within))
    return { stream: segment.stream, offset: segment.streamStart + within, cursor: at, bytes }
  }

  /** Up to `max` bytes from `offset` on, or from the first that is kept. */
  read(stream: OutputStream | 'both', offset: number, max: number): { offset: number; chunks: Uint8Array[] } {
    return stream === 'both' ? this.#readBoth(offset, max) : this.#readOne(stream, offset, max)
  }

  /** The first offset of a stream that is still kept. */
  startOffset(stream: OutputStream): number {
    const start = this.#start()
    for (let i = this.#first; i < this.#segments.length; i++) {
      const segment = this.#segments[i]
      if (segment?.stream === stream && segment.start + segment.length > start) {
        return segment.streamStart + Math.max(0, start - segment.start)
      }
    }
    return this.#ends[stream]
  }

  #readBoth(offset: number, max: number) {
    const from = Math.max(offset, this.#start())
    const chunks: Uint8Array[] = []
    let cursor = from
    for (let room = max; room > 0; ) {
      const bytes = this.#bytes.read(cursor, room)
      if (bytes.length === 0) break
      chunks.push(bytes)
      cursor += bytes.length
      room -= bytes.length
    }
    return { offset: Math.min(from, this.#bytes.endOffset), chunks }
  }

  #readOne(stream: OutputStream, offset: number, max: number) {
    const from = Math.min(Math.max(offset, this.startOffset(stream)), this.#ends[stream])
    const chunks: Uint8Array[] = []
    let room = max
    for (let i = this.#first; i < this.#segments.length && room > 0; i++) {
      const segment = this.#segments[i]
      if (!segment || segment.stream !== stream || segment.streamStart + segment.length <= from) continue
      let at = Math.max(segment.start + Math.max(0, from - segment.streamStart), this.#start())
      const end = segment.start + segment.length
      while (at < end && room > 0) {
        const bytes = this.#bytes.read(at, Math.min(room, end - at))
        if (bytes.length === 0) break
        chunks.push(bytes)
        at += bytes.length
        room -= bytes.length
      }
    }
    return { offset: from, chunks }
  }

  /** First kept byte, of both together: the bytes' or the segments' limit, whichever came first. */
  #start(): number {
    return Math.max(this.#bytes.startOffset, this.#segments[this.#first]?.start ?? 0)
  }

  #indexOf(offset: number): number {
    let low = this.#first
    let high = this.#segments.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#segments[middle]?.start ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  #forgetOldSegments(): void {
    const bytesStart = this.#bytes.startOffset
    for (;;) {
      const segment = this.#segments[this.#first]
      if (!segment || this.#first === this.#segments.length - 1) break
      const isGone = segment.start + segment.length <= bytesStart
      if (!isGone && this.#segments.length - this.#first <= MAX_SEGMENTS) break
      this.#first++
    }
    if (this.#first > MAX_SEGMENTS) {
      this.#segments = this.#segments.slice(this.#first)
      this.#first = 0
    }
  }
}

import { SandboxError } from '@/lib/errors'

/**
 * ComputeSDK's binary frames, which its client sends on `/ws?protocol=binary`. Big-endian: kind (1 byte); length (2) and
 * channel; length (2) and type; length (4) and data. Both directions are exact: what decodes encodes to the same bytes
 * (a NaN aside), and what encodes decodes to the same values. Whatever cannot be is a `bad_request`.
 */
export interface Frame {
  kind: FrameKind
  channel: string
  type: string
  data: Uint8Array
}
export type FrameKind = 'subscribe' | 'unsubscribe' | 'data' | 'error' | 'connected'
/** Of the data of most frames: a list of named values, in order, each name once. */
export type Fields = Map<string, string | number | boolean | Uint8Array>

const KINDS: readonly FrameKind[] = ['subscribe', 'unsubscribe', 'data', 'error', 'connected']
const VALUE = { string: 1, number: 2, boolean: 3, bytes: 4 } as const
const MAX_UINT16 = 0xffff

export function decodeFrame(bytes: Uint8Array): Frame {
  const reader = new Reader(bytes)
  const kind = KINDS[reader.uint8() - 1]
  if (kind === undefined) throw malformed('its first byte is no kind of frame')
  const channel = text(reader.bytes(reader.uint16()))
  const type = text(reader.bytes(reader.uint16()))
  const data = reader.bytes(reader.uint32())
  reader.end()
  return { kind, channel, type, data }
}

export function encodeFrame({ kind, channel, type, data }: Frame): Uint8Array {
  const writer = new Writer()
  writer.uint8(KINDS.indexOf(kind) + 1)
  writer.short(encodeText(channel))
  writer.short(encodeText(type))
  writer.uint32(data.length)
  writer.bytes(data)
  return writer.all()
}

/** No bytes at all mean no fields. */
export function decodeFields(bytes: Uint8Array): Fields {
  const fields: Fields = new Map()
  if (bytes.length === 0) return fields
  const reader = new Reader(bytes)
  for (let left = reader.uint16(); left > 0; left--) {
    const name = text(reader.bytes(reader.uint16()))
    if (fields.has(name)) throw malformed('it has a field twice')
    const type = reader.uint8()
    fields.set(name, value(type, reader.bytes(reader.uint32())))
  }
  reader.end()
  return fields
}

export function encodeFields(fields: Fields): Uint8Array {
  const writer = new Writer()
  if (fields.size > MAX_UINT16) throw malformed('it has too many fields')
  writer.uint16(fields.size)
  for (const [name, each] of fields) {
    writer.short(encodeText(name))
    const [type, bytes] = encodeValue(each)
    writer.uint8(type)
    writer.uint32(bytes.length)
    writer.bytes(bytes)
  }
  return writer.all()
}

function value(type: number, bytes: Uint8Array): string | number | boolean | Uint8Array {
  if (type === VALUE.string) return text(bytes)
  if (type === VALUE.bytes) return bytes
  if (type === VALUE.number && bytes.length === 8) return viewOf(bytes).getFloat64(0)
  const [byte] = bytes
  if (type === VALUE.boolean && bytes.length === 1 && (byte === 0 || byte === 1)) return byte === 1
  throw malformed('it has a value that is none')
}

function encodeValue(each: string | number | boolean | Uint8Array): [number, Uint8Array] {
  if (typeof each === 'string') return [VALUE.string, encodeText(each)]
  if (typeof each === 'boolean') return [VALUE.boolean, Uint8Array.of(each ? 1 : 0)]
  if (typeof each !== 'number') return [VALUE.bytes, each]
  const bytes = new Uint8Array(8)
  viewOf(bytes).setFloat64(0, each)
  return [VALUE.number, bytes]
}

/** Reads on and on, never beyond the end. */
class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = viewOf(bytes)
  }

  uint8(): number {
    return this.#view.getUint8(this.#skip(1))
  }

  uint16(): number {
    return this.#view.getUint16(this.#skip(2))
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4))
  }

  bytes(length: number): Uint8Array {
    const from = this.#skip(length)
    return this.#bytes.subarray(from, from + length)
  }

  end(): void {
    if (this.#offset !== this.#bytes.length) throw malformed('there is something after its end')
  }

  #skip(length: number): number {
    const from = this.#offset
    if (length > this.#bytes.length - from) throw malformed('it is cut short')
    this.#offset += length
    return from
  }
}

class Writer {
  readonly #parts: Uint8Array[] = []

  uint8(number: number): void {
    this.#parts.push(Uint8Array.of(number))
  }

  uint16(number: number): void {
    this.#parts.push(Uint8Array.of(number >>> 8, number & 0xff))
  }

  uint32(number: number): void {
    if (number > 0xffff_ffff) throw malformed('it is too long')
    this.uint16(number >>> 16)
    this.uint16(number & 0xffff)
  }

  /** With its length before it. */
  short(bytes: Uint8Array): void {
    if (bytes.length > MAX_UINT16) throw malformed('it has a name that is too long')
    this.uint16(bytes.length)
    this.bytes(bytes)
  }

  bytes(bytes: Uint8Array): void {
    this.#parts.push(bytes)
  }

  all(): Uint8Array {
    const all = new Uint8Array(this.#parts.reduce((size, part) => size + part.length, 0))
    let offset = 0
    for (const part of this.#parts) {
      all.set(part, offset)
      offset += part.length
    }
    return all
  }
}

/** A byte order mark at the beginning is text like any other. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

function text(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new SandboxError('bad_request', 'This frame is not valid: it has text that is not UTF-8.', {
      cause,
    })
  }
}

/** Half of a surrogate pair has no UTF-8 and would silently become another character. */
function encodeText(string: string): Uint8Array {
  if (/\p{Surrogate}/u.test(string)) throw malformed('it has text that is not Unicode')
  return encoder.encode(string)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function malformed(how: string): SandboxError {
  return new SandboxError('bad_request', `This frame is not valid: ${how}.`)
}

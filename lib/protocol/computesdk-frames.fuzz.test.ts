import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SandboxError } from '../errors'
import {
  decodeFields,
  decodeFrame,
  encodeFields,
  encodeFrame,
  type Fields,
  type Frame,
} from './computesdk-frames'

const HANG_MS = 120_000

const word = fc.oneof(
  fc.constantFrom(
    '',
    'subscribe',
    'terminal:input',
    'terminal:t1',
    'cmd_id',
    '\uFEFF',
    '__proto__',
    'é'.repeat(150),
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)
const frame: fc.Arbitrary<Frame> = fc.record({
  kind: fc.constantFrom('subscribe', 'unsubscribe', 'data', 'error', 'connected'),
  channel: word,
  type: word,
  data: fc.oneof(
    { weight: 30, arbitrary: fc.uint8Array({ maxLength: 24 }) },
    // Lengths with more than one byte, and with more than two.
    { weight: 1, arbitrary: fc.constantFrom(300, 70_000).map((length) => new Uint8Array(length).fill(7)) },
  ),
})
const value = fc.oneof(word, fc.double(), fc.boolean(), fc.uint8Array({ maxLength: 12 }))
const fields: fc.Arbitrary<Fields> = fc
  .array(fc.tuple(word, value), { maxLength: 4 })
  .map((pairs) => new Map(pairs))
const edit = fc.record({
  at: fc.nat({ max: 60 }),
  remove: fc.nat({ max: 4 }),
  insert: fc.uint8Array({ maxLength: 4 }),
})

/** A valid message with a few bytes changed, which goes deeper than what is random from its first byte. */
function bent(bytes: Uint8Array, edits: { at: number; remove: number; insert: Uint8Array }[]): Uint8Array {
  const list = [...bytes]
  for (const { at, remove, insert } of edits) list.splice(at % (list.length + 1), remove, ...insert)
  return Uint8Array.from(list)
}

/** Also inside a larger buffer, as sockets hand them over. */
function within(bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(bytes.length + 7).fill(1)
  larger.set(bytes, 3)
  return larger.subarray(3, 3 + bytes.length)
}

function refusedOr<T>(act: () => T): T | null {
  try {
    return act()
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'bad_request') return null
    throw error
  }
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0
}

/** The bits of a NaN are the one thing that may change. */
function hasNaN(decoded: Fields): boolean {
  return [...decoded.values()].some(Number.isNaN)
}

function isRefusedOrExact(bytes: Uint8Array): boolean {
  const decodedFrame = refusedOr(() => decodeFrame(within(bytes)))
  if (decodedFrame !== null && !isSame(encodeFrame(decodedFrame), bytes)) return false
  const decoded = refusedOr(() => decodeFields(within(bytes)))
  return decoded === null || bytes.length === 0 || hasNaN(decoded) || isSame(encodeFields(decoded), bytes)
}

describe('frames under fuzzing', () => {
  it(
    'refuses or exactly keeps random bytes',
    () => fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), isRefusedOrExact), { numRuns: 70_000 }),
    HANG_MS,
  )

  it(
    'refuses or exactly keeps frames and fields with some bytes changed',
    () => {
      const edits = fc.array(edit, { minLength: 1, maxLength: 3 })
      const original = fc.oneof(frame.map(encodeFrame), fields.map(encodeFields))
      fc.assert(
        fc.property(original, edits, (bytes, changes) => isRefusedOrExact(bent(bytes, changes))),
        { numRuns: 70_000 },
      )
    },
    HANG_MS,
  )

  it(
    'decodes every frame to what it was',
    () => {
      const property = fc.property(frame, (each) => {
        const { data, ...rest } = decodeFrame(within(encodeFrame(each)))
        const { data: sent, ...wanted } = each
        expect(rest).toEqual(wanted)
        return isSame(data, sent)
      })
      fc.assert(property, { numRuns: 50_000 })
    },
    HANG_MS,
  )

  it(
    'decodes all fields to what they were',
    () => {
      const property = fc.property(fields, (each) => {
        const decoded = decodeFields(within(encodeFields(each)))
        expect([...decoded.keys()]).toEqual([...each.keys()])
        for (const [name, wanted] of each) {
          const got = decoded.get(name)
          const isEqual =
            wanted instanceof Uint8Array
              ? got instanceof Uint8Array && isSame(got, wanted)
              : Object.is(got, wanted)
          if (!isEqual) return false
        }
        return true
      })
      fc.assert(property, { numRuns: 60_000 })
    },
    HANG_MS,
  )
})

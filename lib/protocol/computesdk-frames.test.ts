import { describe, expect, it } from 'vitest'
import { SandboxError } from '@/lib/errors'
import { decodeFields, decodeFrame, encodeFields, encodeFrame, type Fields } from './computesdk-frames'

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const SUBSCRIBE = hex('01 000b 7465726d696e616c3a7431 0009 737562736372696265 00000002 0000')
const START = hex('03 0000 000d 636f6d6d616e643a7374617274 00000011 0001 0006 636d645f6964 01 00000002 6331')

describe('a frame', () => {
  it('is read and written as the specification has it', () => {
    const subscribe = decodeFrame(SUBSCRIBE)
    expect(subscribe).toMatchObject({ kind: 'subscribe', channel: 'terminal:t1', type: 'subscribe' })
    expect(decodeFields(subscribe.data).size).toBe(0)
    expect(encodeFrame(subscribe)).toEqual(SUBSCRIBE)
    const start = decodeFrame(START)
    expect(start).toMatchObject({ kind: 'data', channel: '', type: 'command:start' })
    expect([...decodeFields(start.data)]).toEqual([['cmd_id', 'c1']])
    expect(encodeFrame(start)).toEqual(START)
  })

  it('is read where it lies in a larger buffer', () => {
    const larger = Buffer.concat([Buffer.from('before'), START, Buffer.from('after')])
    const { data } = decodeFrame(larger.subarray(6, 6 + START.length))
    expect(decodeFields(data).get('cmd_id')).toBe('c1')
  })

  it('keeps every kind of value, and their order', () => {
    const fields: Fields = new Map<string, string | number | boolean | Uint8Array>([
      ['2', '\u{FEFF}grün 𝄞'],
      ['1', -0.5],
      ['__proto__', true],
      ['', false],
      ['bytes', Uint8Array.of(0, 255)],
      ['nan', Number.NaN],
    ])
    const decoded = decodeFields(encodeFields(fields))
    expect([...decoded]).toEqual([...fields])
    expect(encodeFields(decoded)).toEqual(encodeFields(fields))
  })

  it('is refused wherever it is cut, and when something follows', () => {
    for (const whole of [SUBSCRIBE, START]) {
      for (let end = 0; end < whole.length; end++)
        expect(() => decodeFrame(whole.subarray(0, end))).toThrow(SandboxError)
      expect(() => decodeFrame(Uint8Array.of(...whole, 0))).toThrow('after its end')
    }
    const { data } = decodeFrame(START)
    for (let end = 1; end < data.length; end++)
      expect(() => decodeFields(data.subarray(0, end))).toThrow(SandboxError)
    expect(decodeFields(new Uint8Array()).size).toBe(0)
  })

  it.each([
    ['a kind that is none', '06 0000 0000 00000000'],
    ['the kind 0', '00 0000 0000 00000000'],
    ['a channel that is not UTF-8', '01 0001 ff 0000 00000000'],
  ])('is refused for %s', (_why, bytes) => {
    expect(() => decodeFrame(hex(bytes))).toThrow(SandboxError)
  })

  it.each([
    ['a number of three bytes', '0001 0001 61 02 00000003 000000'],
    ['a boolean of two', '0001 0001 61 03 00000001 02'],
    ['a type of value that is none', '0001 0001 61 05 00000000'],
    ['a field twice', '0002 0001 61 01 00000000 0001 61 01 00000000'],
    ['more fields than there are', 'ffff'],
  ])('is refused for %s', (_why, bytes) => {
    expect(() => decodeFields(hex(bytes))).toThrow(SandboxError)
  })

  it('is not written where it could not be read the same', () => {
    const frame = { kind: 'data', channel: '', type: 'x', data: new Uint8Array() } as const
    expect(() => encodeFrame({ ...frame, channel: '\u{D800}' })).toThrow(SandboxError)
    expect(() => encodeFrame({ ...frame, type: 'x'.repeat(65_536) })).toThrow(SandboxError)
    expect(() => encodeFields(new Map(Array.from({ length: 65_536 }, (_, i) => [`${i}`, ''])))).toThrow(
      SandboxError,
    )
  })
})

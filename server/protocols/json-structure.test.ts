import { describe, expect, it } from 'vitest'
import { toSandboxError } from '@/lib/errors'
import { JsonStructure } from './json-structure'

/** The code of the refusal, or nothing. Whole, then byte by byte: where a piece ends must not matter. */
function refusal(text: string, maxValues = 10): string | undefined {
  const whole = refusalInPieces(Buffer.from(text), text.length * 3, maxValues)
  expect(refusalInPieces(Buffer.from(text), 1, maxValues)).toBe(whole)
  return whole
}

function refusalInPieces(bytes: Buffer, size: number, maxValues: number): string | undefined {
  const structure = new JsonStructure(maxValues)
  try {
    for (let at = 0; at < bytes.length; at += size) structure.take(bytes.subarray(at, at + size))
    return undefined
  } catch (error) {
    return toSandboxError(error).code
  }
}

describe('the structure of a body', () => {
  it.each(['{}', '[1,2,3]', '{"a":[],"b":{"c":"d"}}', '"text"', '5', ' [ ] '])('lets %s pass', (text) =>
    expect(refusal(text)).toBeUndefined(),
  )

  it('has 64 levels and no more', () => {
    expect(refusal('['.repeat(64) + ']'.repeat(64), 1000)).toBeUndefined()
    expect(refusal('['.repeat(65), 1000)).toBe('bad_request')
    expect(refusal('{"a":'.repeat(65), 1000)).toBe('bad_request')
    expect(refusal('[[],[],{}],'.repeat(100), 1000)).toBeUndefined()
  })

  it('has as many values as it may', () => {
    expect(refusal('[1,2,3,4,5,6,7,8,9]')).toBeUndefined()
    expect(refusal('[1,2,3,4,5,6,7,8,9,10]')).toBe('too_large')
    expect(refusal('{},{},{},{},{},{}')).toBe('too_large')
  })

  it('is not made by what stands in strings, which end where JSON has their end', () => {
    const signs = '[{,'.repeat(100)
    for (const inside of [signs, `\\"${signs}`, `${signs}\\\\`, `\\\\\\"${signs}`, `é€😀${signs}`]) {
      expect(refusal(`{"a":"${inside}","b":1}`), inside.slice(0, 9)).toBeUndefined()
      expect(refusal(`{"a":"${inside}","b":[${signs}`), inside.slice(0, 9)).toBe('too_large')
    }
  })
})

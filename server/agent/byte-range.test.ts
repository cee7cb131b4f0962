import { describe, expect, it } from 'vitest'
import { parseRange } from './byte-range'

describe('parseRange', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 1 }],
    ['bytes=5-', { start: 5, end: 100 }],
    ['bytes=5-1000', { start: 5, end: 100 }],
    ['bytes=-10', { start: 90, end: 100 }],
    ['bytes=-1000', { start: 0, end: 100 }],
    [' bytes=1-2 ', { start: 1, end: 3 }],
  ])('reads %s', (header, range) => {
    expect(parseRange(header, 100)).toEqual(range)
  })

  it.each([
    null,
    '',
    'bytes=',
    'bytes=-',
    'bytes=a-b',
    'bytes=5-2',
    'bytes=0-1,5-6',
    'lines=0-1',
    'bytes=1.5-2',
  ])('ignores %s', (header) => {
    expect(parseRange(header, 100)).toBeUndefined()
  })

  it.each([
    ['bytes=100-', 100],
    ['bytes=-0', 100],
    ['bytes=0-', 0],
    ['bytes=999999999999999-', 100],
  ])('refuses %s of %i bytes', (header, size) => {
    expect(() => parseRange(header, size)).toThrow(expect.objectContaining({ code: 'range_not_satisfiable' }))
  })
})

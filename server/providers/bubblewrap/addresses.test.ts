import { expect, it } from 'vitest'
import { formatRange, overlaps, parseRange, type Range, subtractRanges } from './addresses'

const range = (text: string): Range => parseRange(text) ?? expect.fail(text)

it('reads addresses and ranges, and nothing else', () => {
  expect(formatRange(range('10.1.2.3'))).toBe('10.1.2.3/32')
  expect(formatRange(range('10.1.2.3/8'))).toBe('10.0.0.0/8')
  expect(formatRange(range('0.0.0.0/0'))).toBe('0.0.0.0/0')
  for (const text of ['', '10.1.2', '10.1.2.3/33', '10.1.2.3/-1', 'fe80::1', '10.1.2.3/8/8'])
    expect(parseRange(text)).toBeNull()
})

it('cuts holes into a range without losing or keeping a single other address', () => {
  const left = subtractRanges(range('10.0.0.0/8'), [range('10.1.2.3'), range('10.200.0.0/16')])
  expect(left.reduce((sum, { size }) => sum + size, 0)).toBe(2 ** 24 - 1 - 2 ** 16)
  expect(left.some((each) => overlaps(each, range('10.1.2.3')))).toBe(false)
  expect(left.some((each) => overlaps(each, range('10.1.2.2')))).toBe(true)
  expect(subtractRanges(range('10.0.0.0/8'), [range('10.0.0.0/7')])).toEqual([])
  expect(subtractRanges(range('10.0.0.0/8'), [range('192.168.0.0/16')])).toEqual([range('10.0.0.0/8')])
})

import { expect, it } from 'vitest'
import { Utf8Splitter } from './utf8-splitter'

it('never splits a character, however the bytes come', () => {
  const whole = Buffer.from('aäb€c𝄞d'.repeat(5))
  for (let size = 1; size < 9; size++) {
    const splitter = new Utf8Splitter()
    let text = ''
    for (let from = 0; from < whole.length; from += size) {
      text += splitter.push(whole.subarray(from, from + size)).toString()
    }
    expect(text).toBe(whole.toString())
    expect(splitter.heldBytes).toBe(0)
  }
})

it('holds back no more than a beginning, and lets bytes pass that are no text', () => {
  const splitter = new Utf8Splitter()
  expect([...splitter.push(Buffer.of(0xe2, 0x82))]).toEqual([])
  expect(splitter.heldBytes).toBe(2)
  expect([...splitter.rest()]).toEqual([0xe2, 0x82])
  expect(splitter.heldBytes).toBe(0)
  const junk = [0x80, 0x80, 0x80, 0x80, 0xff, 0xc0]
  expect([...splitter.push(Buffer.from(junk))]).toEqual(junk)
})

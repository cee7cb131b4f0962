import { describe, expect, it } from 'vitest'
import { Query } from './query'

const query = (text: string) => new Query(`http://x/files?${text}`)

describe('Query', () => {
  it('decodes names and values, and keeps the repeated', () => {
    const parsed = query('path=%2Fa+b%2F%C3%A4%2B&ignore=x&ignore=y%26z&empty&=odd')
    expect(parsed.path()).toBe('/a b/ä+')
    expect(parsed.all('ignore')).toEqual(['x', 'y&z'])
    expect(parsed.optional('empty')).toBe('')
    expect(parsed.optional('none')).toBeUndefined()
    expect(new Query('http://x/files').all('a')).toEqual([])
  })

  it.each(['path=%ff', 'path=%', 'path=%C3%28', '%ff=x'])('refuses %s, which is no UTF-8', (text) => {
    expect(() => query(text)).toThrow(expect.objectContaining({ code: 'invalid_path' }))
  })

  it.each(['', 'a', './a', '/a%00', `/${'a'.repeat(4095)}`])('refuses the path “%s”', (path) => {
    expect(() => query(`path=${path}`).path()).toThrow(expect.objectContaining({ code: 'invalid_path' }))
  })

  it('resolves . and .. within a path', () => {
    expect(query('path=/a/../../b/./c/').path()).toBe('/b/c')
    expect(query('path=/').path()).toBe('/')
    expect(query(`path=/${'a'.repeat(4094)}`).path()).toHaveLength(4095)
  })

  it('takes whole numbers within limits', () => {
    expect(query('n=5').count('n', 1)).toBe(5)
    expect(query('').count('n', 1)).toBe(1)
    for (const bad of ['-1', '1.5', 'x', '', '99999999999999999999', '11']) {
      expect(() => query(`n=${bad}`).count('n', 1, 10)).toThrow(
        expect.objectContaining({ code: 'bad_request' }),
      )
    }
  })

  it('takes one of a set', () => {
    expect(query('s=a').oneOf('s', ['a', 'b'], 'b')).toBe('a')
    expect(query('').oneOf('s', ['a', 'b'], 'b')).toBe('b')
    expect(() => query('s=c').oneOf('s', ['a', 'b'], 'b')).toThrow(
      expect.objectContaining({ code: 'bad_request' }),
    )
  })
})

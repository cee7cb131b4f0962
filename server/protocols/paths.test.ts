import { describe, expect, it } from 'vitest'
import { parseEncodedPath, parsePath, queryPath, resolvePath } from './paths'

const resolved = (rest: string) => resolvePath(parseEncodedPath(rest), '/workspace')

describe('a path in an address', () => {
  it.each([
    ['a/b.txt', '/workspace/a/b.txt'],
    ['/app/x', '/app/x'],
    ['/', '/'],
    ['', '/workspace'],
    ['a//b/./c/', '/workspace/a/b/c'],
    ['/a%20b/%C3%BC%23%3F', '/a b/ü#?'],
    ['...', '/workspace/...'],
    ['/%2541', '/%41'],
  ])('%s is %s', (rest, path) => {
    expect(resolved(rest)).toBe(path)
  })

  it.each(['..', '/a/../b', '%2e%2e/x', '/a%00', 'a%2Fb', '%ff', '%', 'ü', 'a b', `/${'a/'.repeat(2047)}bc`])(
    'is refused: %s',
    (rest) => {
      expect(() => resolved(rest)).toThrow(expect.objectContaining({ code: 'invalid_path' }))
    },
  )

  it('may have 4,095 bytes, together with the directory that it begins at', () => {
    const longest = `/${'a'.repeat(4094)}`
    expect(resolvePath(parsePath(longest), '/')).toBe(longest)
    expect(() => parsePath(`${longest}a`)).toThrow('4095')
    expect(() => resolvePath(parsePath('a'.repeat(4094)), '/workspace')).toThrow('4095')
  })
})

describe('a path in a query', () => {
  it('is decoded strictly', () => {
    expect(queryPath('/tree?limit=1&path=%2Fa+b%2Bc', 'path')).toEqual({
      isAbsolute: true,
      segments: ['a b+c'],
    })
    expect(queryPath('/tree?paths=/x', 'path')).toBeNull()
    expect(queryPath('/tree', 'path')).toBeNull()
    expect(() => queryPath('/tree?path=%e4', 'path')).toThrow('UTF-8')
  })
})

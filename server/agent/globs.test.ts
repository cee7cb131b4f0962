import { describe, expect, it } from 'vitest'
import { ignoreMatcher } from './globs'

function ignored(globs: string[], path: string): boolean {
  return ignoreMatcher(globs)(path.split('/').at(-1) ?? '', path)
}

describe('ignoreMatcher', () => {
  it.each([
    [['node_modules'], 'node_modules', true],
    [['node_modules'], 'a/b/node_modules', true],
    [['node_modules'], 'node_modules2', false],
    [['.git', 'dist'], 'packages/x/dist', true],
    [['*.log'], 'deep/er/a.log', true],
    [['*.log'], '.hidden.log', true],
    [['dist/**'], 'dist/a/b.js', true],
    [['dist/**'], 'src/dist/a.js', false],
    [['**/dist/**'], 'src/dist/a.js', true],
    [['packages/*/build'], 'packages/a/build', true],
    [['packages/*/build'], 'packages/a/b/build', false],
    [['./out/'], 'out', true],
    [['a.{js,ts}'], 'x/a.ts', true],
    [[''], 'anything', false],
    [[], 'anything', false],
  ])('%j on %s: %s', (globs, path, expected) => {
    expect(ignored(globs, path)).toBe(expected)
  })

  it('refuses too many and too long ones', () => {
    expect(() => ignoreMatcher(Array(101).fill('a'))).toThrow(
      expect.objectContaining({ code: 'bad_request' }),
    )
    expect(() => ignoreMatcher(['*'.repeat(1001)])).toThrow(expect.objectContaining({ code: 'bad_request' }))
  })
})

import { describe, expect, it } from 'vitest'
import { fuzzyScore } from './fuzzy-score'

function ranked(query: string, paths: string[]): string[] {
  return paths
    .flatMap((path) => {
      const score = fuzzyScore(query, path)
      return score === undefined ? [] : [{ path, score }]
    })
    .sort((a, b) => b.score - a.score)
    .map((hit) => hit.path)
}

describe('fuzzyScore', () => {
  it('takes characters in order only', () => {
    expect(fuzzyScore('abc', 'a-b-c')).toBeDefined()
    expect(fuzzyScore('acb', 'a-b-c')).toBeUndefined()
    expect(fuzzyScore('aa', 'a')).toBeUndefined()
    expect(fuzzyScore('a', '')).toBeUndefined()
    expect(fuzzyScore('', 'anything')).toBeDefined()
  })

  it('puts names before folders, whole words before scattered ones, short before long', () => {
    expect(ranked('main', ['src/domain.ts', 'main/other.ts', 'src/main.ts', 'src/m-a-i-n.ts'])[0]).toBe(
      'src/main.ts',
    )
    expect(ranked('app', ['app/x/y.ts', 'src/app.tsx'])[0]).toBe('src/app.tsx')
    expect(ranked('index', ['a/b/c/index.ts', 'index.ts'])[0]).toBe('index.ts')
    expect(ranked('cb', ['src/codebase.ts', 'src/CodeBase.ts'])[0]).toBe('src/CodeBase.ts')
  })
})

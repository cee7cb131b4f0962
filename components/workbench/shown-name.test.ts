import { describe, expect, it } from 'vitest'
import { shownName, splitName } from './shown-name'

describe('shownName', () => {
  it('leaves names of any writing as they are', () => {
    for (const name of [
      'a b.txt',
      '-rf',
      `it's "quoted"`,
      'שלום.txt',
      'می\u200cخواهم.md',
      '👩\u200d💻.png',
      'é.ts',
    ]) {
      expect(shownName(name)).toBe(name)
    }
  })

  it('shows what turns the direction, breaks the line or is not seen', () => {
    expect(shownName('invoice-\u202efdp.exe')).toBe('invoice-\\u202Efdp.exe')
    expect(shownName('a\nb\t\u001b[31m')).toBe('a\\u000Ab\\u0009\\u001B[31m')
    expect(shownName('\u2066x\u2069\u200b\ufeff\u2028')).toBe('\\u2066x\\u2069\\u200B\\uFEFF\\u2028')
  })
})

describe('splitName', () => {
  it('keeps the ending apart from what may be cut', () => {
    expect(splitName('main.test.ts')).toEqual({ stem: 'main.test', ending: '.ts' })
    expect(splitName('שלום.txt')).toEqual({ stem: 'שלום', ending: '.txt' })
  })

  it('finds none in names that have none', () => {
    for (const name of ['.gitignore', 'Makefile', 'a.', 'Mr. Smith', 'a.longerthantenletters']) {
      expect(splitName(name)).toEqual({ stem: name, ending: '' })
    }
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editEnvRow, envNameProblem, envTable, removeEnvRow } from './env-rows'

const TEXT = `# Where it listens
PORT=3000 # in the sandbox

export API_KEY='abc def'
PORT=4000
not a variable
KEY="one
two"
`

describe('rows of a .env text', () => {
  it('are its variables in their order, with what each line says besides', () => {
    const { rows, strayLines } = envTable(TEXT)
    expect(rows).toEqual([
      { name: 'PORT', value: '3000', line: 2, comment: 'in the sandbox', occurrence: 0, overriddenOnLine: 5 },
      { name: 'API_KEY', value: 'abc def', line: 4, comment: '', occurrence: 0, overriddenOnLine: null },
      { name: 'PORT', value: '4000', line: 5, comment: '', occurrence: 1, overriddenOnLine: null },
      { name: 'KEY', value: 'one\ntwo', line: 7, comment: '', occurrence: 0, overriddenOnLine: null },
    ])
    expect(strayLines).toEqual([6])
  })

  it('tells of three of a name which line counts over each', () => {
    expect(envTable('A=1\nA=2\nA=3').rows.map((row) => row.overriddenOnLine)).toEqual([2, 3, null])
  })

  it('change one by one, also where a name is there twice', () => {
    expect(editEnvRow(TEXT, 0, { value: '80' })).toBe(TEXT.replace('PORT=3000', 'PORT=80'))
    expect(editEnvRow(TEXT, 2, { value: '80' })).toBe(TEXT.replace('PORT=4000', 'PORT=80'))
    expect(editEnvRow(TEXT, 1, { name: 'TOKEN' })).toBe(TEXT.replace('API_KEY', 'TOKEN'))
    expect(editEnvRow(TEXT, 3, { name: 'K2', value: 'a\nb\nc' })).toContain(`K2='a\nb\nc'\n`)
  })

  it('keep every byte where nothing is changed', () => {
    expect(editEnvRow(TEXT, 1, { value: 'abc def' })).toBe(TEXT)
    expect(editEnvRow(TEXT, 99, { value: 'x' })).toBe(TEXT)
    expect(removeEnvRow(TEXT, 99)).toBe(TEXT)
  })

  it('go with their own line alone', () => {
    expect(removeEnvRow(TEXT, 0)).toBe(TEXT.replace('PORT=3000 # in the sandbox\n', ''))
    expect(removeEnvRow(TEXT, 3)).toBe(TEXT.replace('KEY="one\ntwo"\n', ''))
  })

  it('rename what is indented and spaced, and what is called export', () => {
    expect(editEnvRow('  export A = 1', 0, { name: 'B' })).toBe('  export B = 1')
    expect(editEnvRow('export=1', 0, { name: 'A' })).toBe('A=1')
  })

  it.each([
    ['', 'A variable needs a name.'],
    ['A B', 'not a blank.'],
    ['A=B', 'not =.'],
    ['É', 'not É.'],
    ['A\nB', 'not a blank.'],
  ])('refuse %j as a name', (name, reason) => {
    expect(envNameProblem(name)).toContain(reason)
    expect(() => editEnvRow(TEXT, 0, { name })).toThrow(reason)
  })
})

const piece = fc.constantFrom(
  ...['A', 'B', '=', '"', "'", '`', '\\', '\n', '\r', '\r\n', '#', ' ', 'n', 'export ', '\u2028'],
  ...['A="', "B='", 'C=`', '\\"', '\n# c\n', '" # d', 'A=1\n'],
)
const anyText = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''))

describe('rows of any text', () => {
  it('are the same but for the one that is edited', () => {
    const property = fc.property(anyText, fc.nat(5), fc.constantFrom('A', 'x.Y-1'), anyText, (...given) => {
      const [text, index, name, value] = given
      const { rows } = envTable(text)
      fc.pre(index < rows.length)
      const wanted = rows.map((row, at) => (at === index ? [name, value] : [row.name, row.value]))
      const after = envTable(editEnvRow(text, index, { name, value }))
      expect(after.rows.map((row) => [row.name, row.value])).toEqual(wanted)
    })
    fc.assert(property, { numRuns: 20_000 })
  })

  it('are the same but for the one that is removed', () => {
    const property = fc.property(anyText, fc.nat(5), (text, index) => {
      const pairs = envTable(text).rows.map((row) => [row.name, row.value])
      const after = envTable(removeEnvRow(text, index)).rows.map((row) => [row.name, row.value])
      expect(after).toEqual(pairs.filter((_, at) => at !== index))
    })
    fc.assert(property, { numRuns: 20_000 })
  })
})

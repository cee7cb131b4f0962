import { parseEnv } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { envEntries, parseEnvFile, removeFromEnvFile, updateEnvFile } from './env-file'

const HANG_MS = 120_000

const piece = fc.constantFrom(
  ...['A', 'B', '=', '"', "'", '`', '\\', '\n', '\r', '\r\n', '#', ' ', '\t', 'n', 'r', '$', 'export '],
  ...['é', '\u2028', '\uFEFF', '\0', '\ud800', 'A="', "B='", 'C=`', '\\"', '\\\\', '\n# c\n', '" # d'],
)
/** Made of what the syntax is made of, or of anything. */
const text = fc.oneof(
  { weight: 4, arbitrary: fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
)
const name = fc.constantFrom('A', 'B', 'C', 'a.b-c', '__proto__')
const variables = fc
  .array(fc.tuple(name, text), { maxLength: 3 })
  .map((pairs) => Object.fromEntries(pairs) as Record<string, string>)

/** These variables and no others. */
function holds(written: string, wanted: ReadonlyMap<string, string>): boolean {
  const entries = Object.entries(parseEnvFile(written))
  return entries.length === wanted.size && entries.every(([key, value]) => wanted.get(key) === value)
}

describe('.env text under fuzzing', () => {
  it(
    'has after an update exactly the values that were there and those that were set',
    () => {
      const property = fc.property(text, variables, (before, changes) => {
        const after = updateEnvFile(before, changes)
        const wanted = new Map([...Object.entries(parseEnvFile(before)), ...Object.entries(changes)])
        return holds(after, wanted) && updateEnvFile(after, changes) === after
      })
      fc.assert(property, { numRuns: 100_000 })
    },
    HANG_MS,
  )

  it(
    'has after a removal exactly the others',
    () => {
      const property = fc.property(text, fc.array(name, { maxLength: 3 }), (before, names) => {
        const { text: after, removed } = removeFromEnvFile(before, names)
        const values = new Map(Object.entries(parseEnvFile(before)))
        expect(removed).toEqual([...new Set(names)].filter((each) => values.has(each)))
        for (const each of names) values.delete(each)
        return holds(after, values) && (removed.length > 0 || after === before)
      })
      fc.assert(property, { numRuns: 70_000 })
    },
    HANG_MS,
  )

  it(
    'changes no byte of any text for values that it has, and lists the same',
    () => {
      const property = fc.property(text, (before) => {
        const values = parseEnvFile(before)
        const listed = new Map(envEntries(before).map((entry) => [entry.name, entry.value]))
        return holds(before, listed) && updateEnvFile(before, values) === before
      })
      fc.assert(property, { numRuns: 50_000 })
    },
    HANG_MS,
  )

  it(
    'writes what Node reads as the same, where Node can read such a value at all',
    () => {
      // Node knows neither \r nor \" nor doubled backslashes, and no more than one kind of quote around a value.
      const value = text.filter((each) => !/[\r\0\ud800\\]/.test(each) && !/["].*`|`.*["]/s.test(each))
      const property = fc.property(value, (each) => {
        expect(parseEnv(updateEnvFile('', { A: each })).A).toBe(each)
      })
      fc.assert(property, { numRuns: 30_000 })
    },
    HANG_MS,
  )

  it(
    'takes time in proportion to the text, however it is made',
    () => {
      const hostile = ['A="\n', 'A="\\"\n', "A='", 'A="x\\', '\\', ' ', 'A', 'export ', '"', '\r', 'A=`\'"\n']
      for (const each of [...hostile, 'A="\\\\" x\n', 'A="#', 'A= ', '\n', '=', 'A="\'`\n']) {
        const big = each.repeat(300_000 / each.length)
        const value = `"${big}`
        expect(parseEnvFile(updateEnvFile(big, { Z: value })).Z).toBe(value)
      }
    },
    HANG_MS,
  )
})

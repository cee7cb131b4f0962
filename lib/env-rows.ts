import { type EnvEntry, isEnvName } from './env-file'
import { type Assignment, joined, lineEndsIn, type Part, partsOf, rewritten, textOf } from './env-parts'
import { SandboxError } from './errors'

/** A variable as a row of a table. Rows are counted from 0 in the order of the file, those of the same name too. */
export interface EnvRow extends EnvEntry {
  /** How many above it have its name. */
  occurrence: number
  /** Where its name is set again further down, which is what counts; null where it is not. */
  overriddenOnLine: number | null
}

export interface EnvTable {
  rows: EnvRow[]
  /** Lines that are neither variable, comment nor blank: readers pass over them. */
  strayLines: number[]
}

/** The variables of a `.env` text as rows, and what is none. Never throws; linear in time. */
export function envTable(text: string): EnvTable {
  const rows: EnvRow[] = []
  const strayLines: number[] = []
  const latest = new Map<string, EnvRow>()
  let line = 1
  for (const part of partsOf(text)) {
    if (part.kind === 'assignment') {
      const above = latest.get(part.name)
      if (above) above.overriddenOnLine = line
      const row = rowOf(part, line, above ? above.occurrence + 1 : 0)
      latest.set(part.name, row)
      rows.push(row)
    } else if (!/^\s*(#|$)/.test(part.text)) strayLines.push(line)
    line += lineEndsIn(textOf(part))
  }
  return { rows, strayLines }
}

/** The text with another name or value in one row, and all else as it was. `bad_request` for what is no name. */
export function editEnvRow(text: string, index: number, change: { name?: string; value?: string }): string {
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? '\n'
  return withRow(text, index, lineEnd, (part) => {
    const named = change.name === undefined ? part : renamed(part, change.name)
    const value = change.value ?? named.value
    return [value === named.value ? named : rewritten(named, value, lineEnd)]
  })
}

/** The text without one row; what else is on other lines stays. */
export function removeEnvRow(text: string, index: number): string {
  return withRow(text, index, '\n', () => [])
}

/** Why a name cannot be that of a variable, as a sentence, or null. */
export function envNameProblem(name: string): string | null {
  if (name === '') return 'A variable needs a name.'
  if (isEnvName(name)) return null
  const odd = [...name].find((character) => !isEnvName(character)) ?? ''
  const shown = /\s/.test(odd) ? 'a blank' : odd
  return `A name has letters, digits, "_", "." and "-", not ${shown}.`
}

function rowOf(part: Assignment, line: number, occurrence: number): EnvRow {
  const { name, value, after } = part
  const comment = after.trim().replace(/^#\s*/, '')
  return { name, value, line, comment, occurrence, overriddenOnLine: null }
}

function withRow(text: string, index: number, lineEnd: string, change: (part: Assignment) => Part[]): string {
  let row = 0
  const parts = partsOf(text).flatMap((part) =>
    part.kind === 'assignment' && row++ === index ? change(part) : [part],
  )
  return joined(parts, lineEnd)
}

function renamed(part: Assignment, name: string): Assignment {
  const problem = envNameProblem(name)
  if (problem !== null) throw new SandboxError('bad_request', problem)
  const before = part.before.replace(/[\w.-]+(?=[^\S\r\n]*=[^\S\r\n]*$)/, () => name)
  return { ...part, name, before }
}

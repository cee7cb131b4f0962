import {
  type Assignment,
  assignments,
  joined,
  lineEndsIn,
  type Part,
  partsOf,
  rewritten,
  textOf,
} from './env-parts'
import { quoted } from './env-value'
import { SandboxError } from './errors'

/** A variable as it stands in the file; of the same name the last one counts. */
export interface EnvEntry {
  name: string
  value: string
  /** Counted from 1. */
  line: number
  /** What follows `#` on its line, trimmed; '' where there is none. */
  comment: string
}

/**
 * The variables of a `.env` text as dotenv and Node read it: `export` and comments, values bare, in single, double or backtick
 * quotes, over several lines when quoted. In double quotes `\n` and `\r` are line ends, `\"` is a quote, and a backslash
 * is doubled where it would begin one of these. Lines that are no variable are passed over. Never throws; linear in time.
 */
export function parseEnvFile(text: string): Record<string, string> {
  return Object.fromEntries(assignments(partsOf(text)).map(({ name, value }) => [name, value]))
}

/** The same in the order of the file, for a table. */
export function envEntries(text: string): EnvEntry[] {
  const entries: EnvEntry[] = []
  let line = 1
  for (const part of partsOf(text)) {
    const written = textOf(part)
    if (part.kind === 'assignment') {
      const comment = part.after.trim().replace(/^#\s*/, '')
      entries.push({ name: part.name, value: part.value, line, comment })
    }
    line += lineEndsIn(written)
  }
  return entries
}

/**
 * The text with these variables in it, and all else as it was: new ones at the end, quoted when needed. One that has its value
 * already is not touched. `bad_request` for what is no name.
 */
export function updateEnvFile(text: string, variables: Readonly<Record<string, string>>): string {
  const wanted = new Map(Object.entries(variables))
  for (const name of wanted.keys()) requireName(name)
  const parts = partsOf(text)
  const last = new Map(assignments(parts).map((part) => [part.name, part]))
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? '\n'
  const changed = parts.map((part) => {
    if (part.kind === 'other' || last.get(part.name) !== part) return part
    const value = wanted.get(part.name) ?? part.value
    return value === part.value ? part : rewritten(part, value, lineEnd)
  })
  const added = [...wanted].filter(([name]) => !last.has(name))
  return joined([...changed, ...appended(added, text, lineEnd)], lineEnd)
}

/** The text without these variables, and which of the names there were. */
export function removeFromEnvFile(
  text: string,
  names: readonly string[],
): { text: string; removed: string[] } {
  const unwanted = new Set(names)
  const parts = partsOf(text)
  const present = new Set(assignments(parts).map(({ name }) => name))
  const removed = [...unwanted].filter((name) => present.has(name))
  if (removed.length === 0) return { text, removed }
  const kept = parts.filter((part) => part.kind === 'other' || !unwanted.has(part.name))
  return { text: joined(kept, '\n'), removed }
}

/** Letters, digits, `_`, `.` and `-`. */
export function isEnvName(name: string): boolean {
  return /^[\w.-]+$/.test(name)
}

function requireName(name: string): void {
  if (isEnvName(name)) return
  const shown = JSON.stringify(name.slice(0, 100))
  throw new SandboxError(
    'bad_request',
    `${shown} is no name of a variable. Use letters, digits, "_", "." and "-".`,
  )
}

function appended(variables: [string, string][], text: string, lineEnd: string): Part[] {
  if (variables.length === 0) return []
  const isOnNewLine = text === '' || /[\r\n]$/.test(text)
  const added = variables.map(
    ([name, value]): Assignment => ({
      kind: 'assignment',
      name,
      value,
      before: `${name}=`,
      written: quoted(value, lineEnd),
      after: lineEnd,
      isOpen: false,
    }),
  )
  return isOnNewLine ? added : [{ kind: 'other', text: lineEnd }, ...added]
}

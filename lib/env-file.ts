import { quoted, unquoted } from './env-value'
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

/** A stretch of the text, with its line end. All parts together are the text, to the byte. */
type Part = { kind: 'other'; text: string } | Assignment
interface Assignment {
  kind: 'assignment'
  name: string
  value: string
  /** Indentation, `export`, the name, `=` and blanks; the value as written; blanks, a comment and the line end. */
  before: string
  written: string
  after: string
  /** Begins with a quote that nothing closes: a quote written further down could. */
  isOpen: boolean
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

const ASSIGNMENT = /[^\S\r\n]*(?:export[^\S\r\n]+)?([\w.-]+)[^\S\r\n]*=/y
const BLANKS = /[^\S\r\n]*/y
const LINE = /[^\r\n]*/y
const COMMENT_AND_LINE_END = /[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|$)/y
const LINE_END = /\r\n|\r|\n|$/y

function partsOf(text: string): Part[] {
  const parts: Part[] = []
  for (let at = 0; at < text.length; ) {
    const part = assignmentAt(text, at) ?? otherAt(text, at)
    parts.push(part)
    at += textOf(part).length
  }
  return parts
}

function otherAt(text: string, at: number): Part {
  const line = matchAt(LINE, text, at)
  return { kind: 'other', text: line + matchAt(LINE_END, text, at + line.length) }
}

function assignmentAt(text: string, at: number): Assignment | null {
  ASSIGNMENT.lastIndex = at
  const [start, name] = ASSIGNMENT.exec(text) ?? []
  if (start === undefined || name === undefined) return null
  const blanks = matchAt(BLANKS, text, at + start.length)
  const from = at + start.length + blanks.length
  const value = quotedAt(text, from) ?? bareAt(text, from)
  // The blanks before nothing belong to the comment after it.
  const before = value.written === '' ? start : start + blanks
  const after = value.written === '' ? blanks + value.after : value.after
  return { kind: 'assignment', name, ...value, before, after }
}

type Value = Pick<Assignment, 'value' | 'written' | 'after' | 'isOpen'>

/** Null where there is no closing quote with nothing but a comment after it. */
function quotedAt(text: string, at: number): Value | null {
  const quote = text[at]
  if (quote !== '"' && quote !== "'" && quote !== '`') return null
  const close = closingQuote(text, at, quote)
  const after = close === -1 ? '' : matchAt(COMMENT_AND_LINE_END, text, close + 1)
  if (close === -1 || (after === '' && close + 1 < text.length)) return null
  const value = unquoted(text.slice(at + 1, close), quote)
  return { value, written: text.slice(at, close + 1), after, isOpen: false }
}

/** No two searches pass over the same text: one stops at the first quote from which the next could begin. */
function closingQuote(text: string, open: number, quote: string): number {
  let at = text.indexOf(quote, open + 1)
  while (at !== -1 && quote === '"' && isEscaped(text, at)) at = text.indexOf(quote, at + 1)
  return at
}

function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text[first - 1] === '\\') first -= 1
  return (at - first) % 2 === 1
}

function bareAt(text: string, at: number): Value {
  const line = matchAt(LINE, text, at)
  const hash = line.indexOf('#')
  const written = (hash === -1 ? line : line.slice(0, hash)).trimEnd()
  const after = line.slice(written.length) + matchAt(LINE_END, text, at + line.length)
  const quote = /^["'`]/.exec(written)?.[0]
  // Quotes within quotes: those outside are not meant.
  const isEnclosed = quote !== undefined && written.length > 1 && written.endsWith(quote)
  const value = isEnclosed ? unquoted(written.slice(1, -1), quote) : written
  return { value, written, after, isOpen: quote !== undefined }
}

function rewritten(part: Assignment, value: string, lineEnd: string): Assignment {
  return { ...part, value, written: quoted(value, lineEnd), isOpen: false }
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

/** A quote that was open must not be closed by what was changed below it: then it is written as it was read. */
function joined(parts: Part[], lineEnd: string): string {
  const text = parts.map(textOf).join('')
  if (!assignments(parts).some(({ isOpen }) => isOpen) || isReadAs(text, parts)) return text
  return parts
    .map((part) =>
      textOf(part.kind === 'assignment' && part.isOpen ? rewritten(part, part.value, lineEnd) : part),
    )
    .join('')
}

function isReadAs(text: string, parts: Part[]): boolean {
  const wanted = assignments(parts)
  const read = assignments(partsOf(text))
  return (
    read.length === wanted.length &&
    read.every(({ name, value }, index) => wanted[index]?.name === name && wanted[index].value === value)
  )
}

function assignments(parts: Part[]): Assignment[] {
  return parts.filter((part) => part.kind === 'assignment')
}

function textOf(part: Part): string {
  return part.kind === 'other' ? part.text : part.before + part.written + part.after
}

function lineEndsIn(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

import { quoted, unquoted } from './env-value'

/** A stretch of the text, with its line end. All parts together are the text, to the byte. */
export type Part = { kind: 'other'; text: string } | Assignment
export interface Assignment {
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

const ASSIGNMENT = /[^\S\r\n]*(?:export[^\S\r\n]+)?([\w.-]+)[^\S\r\n]*=/y
const BLANKS = /[^\S\r\n]*/y
const LINE = /[^\r\n]*/y
const COMMENT_AND_LINE_END = /[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|$)/y
const LINE_END = /\r\n|\r|\n|$/y

export function partsOf(text: string): Part[] {
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

export function rewritten(part: Assignment, value: string, lineEnd: string): Assignment {
  return { ...part, value, written: quoted(value, lineEnd), isOpen: false }
}

/** A quote that was open must not be closed by what was changed below it: then it is written as it was read. */
export function joined(parts: Part[], lineEnd: string): string {
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

export function assignments(parts: Part[]): Assignment[] {
  return parts.filter((part) => part.kind === 'assignment')
}

export function textOf(part: Part): string {
  return part.kind === 'other' ? part.text : part.before + part.written + part.after
}

export function lineEndsIn(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

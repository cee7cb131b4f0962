/** A value as it is written, so that as many readers as possible take it the same: shells, dotenv, Node, Python. */
export function quoted(value: string, lineEnd: string): string {
  if (/^[\w./:@%+,=-]*$/.test(value)) return value
  const text = value.replaceAll('\n', lineEnd)
  const isPlain = !value.includes('\r')
  // dotenv takes \' and \` for quotes that do not close.
  const endsInBackslash = value.endsWith('\\')
  if (isPlain && !endsInBackslash && !value.includes("'")) return `'${text}'`
  if (isPlain && !/["\\]/.test(value)) return `"${text}"`
  if (isPlain && !endsInBackslash && !value.includes('`')) return `\`${text}\``
  return `"${escaped(value).replaceAll('\n', lineEnd)}"`
}

function escaped(value: string): string {
  return value.replace(/(\\+)(["\rnr]?)|["\r]/g, (whole, backslashes = '', next = '', at: number) => {
    const last = backslashes === '' ? whole : next
    if (last === '' && at + whole.length < value.length) return whole
    return backslashes + backslashes + (last === '"' ? '\\"' : last === '\r' ? '\\r' : last)
  })
}

/** What stands between quotes: in double quotes with its escapes. Line ends are `\n` in every file. */
export function unquoted(content: string, quote: string): string {
  const text = content.replace(/\r\n?/g, '\n')
  return quote === '"' ? text.replace(/(\\+)(["nr]?)/g, unescaped) : text
}

/** Backslashes are themselves, but in front of what they could escape, and of the end, two stand for one. */
function unescaped(whole: string, backslashes: string, next: string, at: number, text: string): string {
  if (next === '') {
    const isLast = at + whole.length === text.length
    return isLast ? '\\'.repeat(Math.ceil(backslashes.length / 2)) : whole
  }
  const literal = '\\'.repeat(Math.floor(backslashes.length / 2))
  if (backslashes.length % 2 === 0) return literal + next
  return literal + (next === 'n' ? '\n' : next === 'r' ? '\r' : next)
}

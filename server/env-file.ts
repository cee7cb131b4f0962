import { readFileSync } from 'node:fs'
import { SandboxError } from '@/lib/errors'

/** `.env` of the repository's root; {} where there is none. Node has a reader of its own only from 20.12 on. */
export function readEnvFile(path: string): Record<string, string> {
  try {
    return parseEnvFile(readFileSync(path, 'utf8'), path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

const BLANK_OR_COMMENT = /[ \t]*(?:#[^\r\n]*)?(?:\r?\n|$)/y
const SETTING =
  /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(?:(?:"((?:\\[\s\S]|[^"\\])*)"|'([^']*)')[ \t]*(?:#[^\r\n]*)?|([^"'\r\n][^\r\n]*)?)(?:\r?\n|$)/y

/** A line that cannot be read is refused: left out, it would be a setting that silently does not hold. */
export function parseEnvFile(text: string, path = '.env'): Record<string, string> {
  const values: Record<string, string> = {}
  for (let at = 0; at < text.length; ) {
    const blank = matchAt(BLANK_OR_COMMENT, text, at)
    const setting = blank ?? matchAt(SETTING, text, at)
    if (setting === null) throw unreadable(text, at, path)
    const [whole, name, double, single, bare] = setting
    if (name !== undefined)
      values[name] = double !== undefined ? unescaped(double) : (single ?? withoutComment(bare ?? ''))
    at += whole.length
  }
  return values
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** The line itself is not repeated: it may hold a secret. */
function unreadable(text: string, at: number, path: string): SandboxError {
  const line = text.slice(0, at).split('\n').length
  return new SandboxError(
    'bad_request',
    `Sandlot was not started.\n${path}, line ${line}: must be NAME=value, or begin with # as a comment. Quotes must be closed.`,
  )
}

function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, character: string) => (character === 'n' ? '\n' : character))
}

/** Unquoted, a `#` begins a comment only after a blank: addresses have fragments. */
function withoutComment(text: string): string {
  return text.startsWith('#') ? '' : text.replace(/[ \t]+#.*$/, '').trim()
}

import { readFileSync } from 'node:fs'

/** `.env` of the repository's root; {} where there is none. Node has a reader of its own only from 20.12 on. */
export function readEnvFile(path: string): Record<string, string> {
  try {
    return parseEnvFile(readFileSync(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

const LINE =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(?:(?:"((?:\\.|[^"\\])*)"|'([^']*)')[ \t]*(?:#[^\r\n]*)?|([^\r\n]*))\r?$/gm

export function parseEnvFile(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [, name, double, single, bare] of text.matchAll(LINE)) {
    if (name === undefined) continue
    values[name] = double !== undefined ? unescaped(double) : (single ?? withoutComment(bare ?? ''))
  }
  return values
}

function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, character: string) => (character === 'n' ? '\n' : character))
}

/** Unquoted, a `#` begins a comment only after a blank: addresses have fragments. */
function withoutComment(text: string): string {
  return text.startsWith('#') ? '' : text.replace(/[ \t]+#.*$/, '').trim()
}

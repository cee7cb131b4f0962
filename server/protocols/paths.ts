import { SandboxError } from '@/lib/errors'

/** Longest path as Linux takes it, without the closing NUL. */
const MAX_PATH_BYTES = 4095
/** Half of a surrogate pair, which no UTF-8 can hold. */
const LONE_SURROGATE = /\p{Surrogate}/u

/** A path inside a sandbox, checked: no `..`, no empty or `.` segments. */
export interface SandboxPath {
  isAbsolute: boolean
  segments: string[]
}

/** A path that came as text, as in a JSON body. */
export function parsePath(text: string): SandboxPath {
  if (text.includes('\0')) throw invalid('A path cannot contain a NUL character.')
  if (LONE_SURROGATE.test(text)) throw invalid('A path must be valid Unicode.')
  const segments = text.split('/').filter((segment) => segment !== '' && segment !== '.')
  if (segments.includes('..')) throw invalid('A path cannot contain "..". Send the path that is meant.')
  const path = { isAbsolute: text.startsWith('/'), segments }
  bound(joined(path.segments))
  return path
}

/**
 * A path that stands in an address after `/files/` or the like: each segment encoded for itself, and a slash at the
 * beginning (so that the address has two) makes it absolute.
 */
export function parseEncodedPath(rest: string): SandboxPath {
  const segments = rest.split('/').map(decodeSegment)
  if (segments.some((segment) => segment.includes('/'))) {
    throw invalid('A name cannot contain a slash; an encoded one is no separator either.')
  }
  return parsePath(segments.join('/'))
}

/** A path in the query, which must be looked at raw: common decoders replace what is not UTF-8 without a word. */
export function queryPath(url: string | undefined, name: string): SandboxPath | null {
  const query = (url ?? '').split('?').slice(1).join('?')
  for (const pair of query.split('&')) {
    const [key = '', ...value] = pair.split('=')
    if (key === name) return parsePath(decodeText(value.join('=').replaceAll('+', ' ')))
  }
  return null
}

/** Absolute, for the agent. */
export function resolvePath(path: SandboxPath, directory: string): string {
  const base = path.isAbsolute ? [] : directory.split('/').filter((segment) => segment !== '')
  const text = joined([...base, ...path.segments])
  bound(text)
  return text
}

function joined(segments: string[]): string {
  return `/${segments.join('/')}`
}

function decodeSegment(segment: string): string {
  // A client that does not encode leaves us to guess at the encoding.
  if (/[^\x21-\x7e]/.test(segment)) throw invalid('Percent-encode the path as UTF-8.')
  return decodeText(segment)
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    throw invalid('The path is not percent-encoded UTF-8. Encode each of its segments.', error)
  }
}

function bound(path: string): void {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw invalid(`The path is too long: Linux takes ${MAX_PATH_BYTES} bytes.`)
  }
}

function invalid(message: string, cause?: unknown): SandboxError {
  return new SandboxError('invalid_path', message, { cause })
}

import fc from 'fast-check'
import { describe, it } from 'vitest'
import { SandboxError } from '@/lib/errors'
import { parseEncodedPath, parsePath, queryPath, resolvePath, type SandboxPath } from './paths'

const HANG_MS = 120_000

const piece = fc.constantFrom(
  ...[
    '/',
    '//',
    '.',
    '..',
    '%2e%2E',
    '%2f',
    '%5c',
    '\\',
    '%00',
    '\0',
    '%',
    '%c3%a9',
    '%c3',
    '%ff',
    '%25',
    '%',
  ],
  ...[
    'a',
    'é',
    '漢',
    '\ud800',
    '%ed%a0%80',
    ' ',
    '+',
    '#',
    '?',
    '&',
    '=',
    'path=',
    '~',
    '\n',
    'x'.repeat(300),
  ],
)
const hostile = fc.oneof(
  { weight: 3, arbitrary: fc.array(piece, { maxLength: 16 }).map((pieces) => pieces.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  },
)
/** What a file can be called: anything without a slash, a NUL or half a character, but no dots alone. */
const fileName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((text) => text.replace(/[/\0]/g, '_'))
  .filter((text) => text !== '.' && text !== '..')
const fileNames = fc.array(fileName, { maxLength: 5 })

function refusedOr(act: () => SandboxPath | null): SandboxPath | null {
  try {
    return act()
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'invalid_path') return null
    throw error
  }
}

function isSame(left: SandboxPath | null, right: SandboxPath): boolean {
  const isOneKind = left?.isAbsolute === right.isAbsolute && left.segments.length === right.segments.length
  return isOneKind && left.segments.every((segment, index) => segment === right.segments[index])
}

/** Nothing above the directory, nothing that Linux or the agent would read in another way. */
function isSafe(path: SandboxPath): boolean {
  if (path.segments.some((segment) => /^$|^\.{1,2}$|[/\0]/.test(segment))) return false
  const resolved = refusedOr(() => parsePath(resolvePath(path, '/work space/é')))
  const base = path.isAbsolute ? [] : ['work space', 'é']
  return resolved === null || isSame(resolved, { isAbsolute: true, segments: [...base, ...path.segments] })
}

describe('paths under fuzzing', () => {
  it(
    'refuses text or makes it safe',
    () => {
      const property = fc.property(hostile, (text) => {
        const readers = [() => parsePath(text), () => parseEncodedPath(text), () => queryPath(text, 'path')]
        const paths = readers.map(refusedOr).filter((path) => path !== null)
        return paths.every(isSafe)
      })
      fc.assert(property, { numRuns: 120_000 })
    },
    HANG_MS,
  )

  it(
    'reads what is encoded in an address as what it was',
    () => {
      const property = fc.property(fileNames, fc.boolean(), (segments, isAbsolute) => {
        const encoded = segments.map(encodeURIComponent).join('/')
        return isSame(parseEncodedPath(isAbsolute ? `/${encoded}` : encoded), { isAbsolute, segments })
      })
      fc.assert(property, { numRuns: 70_000 })
    },
    HANG_MS,
  )

  it(
    'reads what is encoded in a query as what it was',
    () => {
      const property = fc.property(fileNames, fc.boolean(), hostile, (segments, isAbsolute, other) => {
        const path = `${isAbsolute ? '/' : ''}${segments.join('/')}`
        const url = `/env?${new URLSearchParams({ other, path })}`
        return isSame(queryPath(url, 'path'), { isAbsolute, segments })
      })
      fc.assert(property, { numRuns: 60_000 })
    },
    HANG_MS,
  )
})

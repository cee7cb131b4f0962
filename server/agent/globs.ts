import { SandboxError } from '@/lib/errors'

/** Whether an entry, and all below it, is left out. `relative` is its path from where the look began. */
export type Ignore = (name: string, relative: string) => boolean

/** More and longer than any editor's exclude list, short of what makes matching slow. */
const MAX_GLOBS = 100
const MAX_GLOB_LENGTH = 1_000
const HAS_GLOB = /[*?[\]{}()!+@|\\/]/

/**
 * A bare name such as `node_modules` leaves out every entry of that name; a glob without a slash is held against names, one
 * with a slash against the path from the root of the look (`dist/**`, `packages/*​/build`).
 */
export function ignoreMatcher(globs: string[]): Ignore {
  bound(globs)
  const names = new Set(globs.filter((glob) => !HAS_GLOB.test(glob)))
  const patterns = globs.filter((glob) => glob !== '' && HAS_GLOB.test(glob)).map(trimSlashes)
  const byName = compile(patterns.filter((glob) => !glob.includes('/')))
  const byPath = compile(patterns.filter((glob) => glob.includes('/')))
  return (name, relative) => names.has(name) || byName(name) || byPath(relative)
}

/** Globs that are held against whole paths; `root` is where the look began. */
export function fullPathMatcher(root: string, globs: string[]): Ignore {
  bound(globs)
  const byFullPath = compile(globs.map((glob) => glob.replace(/(?<=.)\/$/, '')))
  const base = root === '/' ? '' : root
  return (_name, relative) => byFullPath(`${base}/${relative}`)
}

function bound(globs: string[]): void {
  if (globs.length > MAX_GLOBS)
    throw new SandboxError('bad_request', `“ignore” takes at most ${MAX_GLOBS} globs.`)
  const long = globs.find((glob) => glob.length > MAX_GLOB_LENGTH)
  if (long) throw new SandboxError('bad_request', `A glob may have at most ${MAX_GLOB_LENGTH} characters.`)
}

function trimSlashes(glob: string): string {
  return glob.replace(/^\.?\//, '').replace(/\/$/, '')
}

/** picomatch is loaded with the first real glob: bare names are the rule and do without. */
function compile(globs: string[]): (text: string) => boolean {
  if (globs.length === 0) return () => false
  const picomatch = require('picomatch') as typeof import('picomatch')
  return picomatch(globs, { dot: true })
}

import { type Dirent, lstatSync, mkdirSync, readlinkSync, renameSync, type Stats } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { SandboxError } from '@/lib/errors'
import type { FileEntry } from '@/server/agent-contract'
import { walkDirectory } from './directory-walk'
import { errnoOf, onPath } from './errno'
import { readEntry, readTargetEntry } from './file-entry'
import { checkPath } from './paths'

export interface Move {
  from: string
  to: string
  overwrite: boolean
}

/** A directory with all below; of a link only the link. */
export function deleteFile(path: string): Promise<void> {
  if (path === '/') throw new SandboxError('bad_request', 'The root directory cannot be deleted.')
  return onPath(path, async () => {
    lstatSync(path)
    await rm(path, { recursive: true, force: true })
  })
}

export function makeDirectory(path: string): FileEntry {
  return onPath(path, () => {
    mkdirSync(path, { recursive: true })
    return readTargetEntry(path)
  })
}

export async function moveFile(move: Move): Promise<FileEntry> {
  if (!(await makeWay(move))) return readEntry(move.to)
  await onPath(move.from, async () => {
    try {
      renameSync(move.from, move.to)
    } catch (thrown) {
      if (errnoOf(thrown) !== 'EXDEV') throw thrown
      // Between two file systems nothing can be renamed: the copy stands before the original goes.
      await copyTo(move)
      await rm(move.from, { recursive: true })
    }
  })
  return readEntry(move.to)
}

export async function copyFile(copy: Move): Promise<FileEntry> {
  if (await makeWay(copy)) await onPath(copy.from, () => copyTo(copy))
  return readEntry(copy.to)
}

/** Checks both ends and clears the target; false where there is nothing to do, because they are the same. */
async function makeWay({ from, to, overwrite }: Move): Promise<boolean> {
  const source = onPath(from, () => lstatSync(from))
  if (from === to) return false
  if (to.startsWith(`${from}/`)) {
    throw new SandboxError('bad_request', `A directory cannot be put into itself: ${from} → ${to}`)
  }
  const target = lstatSync(to, { throwIfNoEntry: false })
  if (target && !overwrite) throw new SandboxError('already_exists', `This exists already: ${to}`)
  // A file over a file is one rename, which never leaves a moment without either.
  if (target && (target.isDirectory() || source.isDirectory())) {
    if (from.startsWith(`${to}/`)) throw new SandboxError('bad_request', `${to} contains ${from} and stays.`)
    await deleteFile(to)
  }
  onPath(to, () => mkdirSync(dirname(to), { recursive: true }))
  return true
}

async function copyTo({ from, to }: Move): Promise<void> {
  await refuseInexactNames(from)
  await cp(from, to, { recursive: true, force: true, verbatimSymlinks: true, preserveTimestamps: false })
}

/** The runtime decodes the names that it copies: it would leave out one that is not UTF-8, or copy another in its place. */
async function refuseInexactNames(from: string): Promise<void> {
  const check = (path: string, entry: Stats | Dirent) => {
    checkPath(path)
    if (entry.isSymbolicLink()) checkPath(resolve('/', readlinkSync(path)))
    return true
  }
  const source = lstatSync(from)
  check(from, source)
  if (source.isDirectory()) await walkDirectory({ root: from, visit: check })
}

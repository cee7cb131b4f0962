import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { SandboxError } from '@/lib/errors'
import { MAX_OVERLAY_ENTRIES } from '@/server/agent-contract/overlays'
import { errnoOf, fromErrno } from '../errno'
import type { Ignore } from '../globs'
import { isExactName } from '../paths'
import { isTemporaryName } from '../temporary-name'

/** After so many entries other callers of the agent get their turn. */
const ENTRIES_PER_TURN = 200

export interface SourceEntry {
  /** From the source. */
  path: string
  name: string
  type: 'directory' | 'file' | 'link'
}

export interface SourceWalk {
  source: string
  /** Where to begin, from the source; `''` is the source itself. */
  from: string
  ignore: Ignore
  signal: AbortSignal
  /** Called for what is left out. */
  skip: (path: string) => void
  /** Whether to go into a directory. */
  enters?: (entry: SourceEntry) => boolean
}

/**
 * All below `from` in short lists, parents before their children. Links are told and not followed, so that no loop of them
 * holds it. Left out are what `ignore` names and `.git`; what is no file, directory or link; what cannot be read or named.
 */
export async function* walkSource(walk: SourceWalk): AsyncGenerator<SourceEntry[]> {
  const { source, from, signal, skip, enters = () => true } = walk
  const pending = [from]
  let total = 0
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const children = await readChildren(source, directory)
    if (children === null) skip(directory)
    for (let at = 0; at < (children ?? []).length; at += ENTRIES_PER_TURN) {
      await setImmediate()
      signal.throwIfAborted()
      const entries = (children ?? [])
        .slice(at, at + ENTRIES_PER_TURN)
        .flatMap((child) => look(child, directory, walk))
      total += entries.length
      if (total > MAX_OVERLAY_ENTRIES) throw tooMany(source)
      yield entries
      for (const entry of entries) if (entry.type === 'directory' && enters(entry)) pending.push(entry.path)
    }
  }
}

function look(child: Dirent, directory: string, { ignore, skip }: SourceWalk): SourceEntry[] {
  const { name } = child
  const path = directory === '' ? name : `${directory}/${name}`
  // What a write of the agent fills at this moment, and removes.
  if (isTemporaryName(name)) return []
  const type = isExactName(name) ? typeOf(child) : null
  if (type !== null && name !== '.git' && !ignore(name, path)) return [{ path, name, type }]
  skip(path)
  return []
}

/** `null` where it cannot be read; the source itself has to. */
async function readChildren(source: string, directory: string): Promise<Dirent[] | null> {
  try {
    return await readdir(join(source, directory), { withFileTypes: true })
  } catch (thrown) {
    if (directory === '' || errnoOf(thrown) === undefined) throw fromErrno(thrown, source)
    return null
  }
}

function typeOf(child: Dirent): SourceEntry['type'] | null {
  if (child.isFile()) return 'file'
  if (child.isDirectory()) return 'directory'
  return child.isSymbolicLink() ? 'link' : null
}

function tooMany(source: string): SandboxError {
  return new SandboxError(
    'too_large',
    `${source} has more than ${MAX_OVERLAY_ENTRIES} files and directories. Leave some out with “ignore”, or copy it with “cp”.`,
  )
}

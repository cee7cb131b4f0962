import { type BigIntStats, lstatSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { FileEntry } from '@/server/agent-contract'
import { onPath } from './errno'
import { isExactName } from './paths'

/** What is at `path`; a link is told as a link. */
export function readEntry(path: string): FileEntry {
  return onPath(path, () => entryOf(path, basename(path), lstatSync(path, { bigint: true })))
}

/**
 * The same without an error: `undefined` where it vanished between being listed and being looked at. What has no exact
 * name is told, but not looked at.
 */
export function tryEntry(path: string, name: string): FileEntry | undefined {
  if (!isExactName(name)) return { name, path, type: 'other', sizeBytes: 0, modifiedAtMs: 0, mode: 0 }
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && entryOf(path, name, stat)
}

/** The file that `path` leads to, told under that path. */
export function readTargetEntry(path: string): FileEntry {
  return onPath(path, () => entryOf(path, basename(path), statSync(path, { bigint: true })))
}

/** New with every write that goes through a rename (inode) and every one in place (time, size). */
export function etagOf(stat: BigIntStats): string {
  return `"${stat.mtimeNs.toString(36)}-${stat.size.toString(36)}-${stat.ino.toString(36)}"`
}

function entryOf(path: string, name: string, stat: BigIntStats): FileEntry {
  const type = typeOf(stat)
  const entry: FileEntry = {
    name: name === '' ? '/' : name,
    path,
    type,
    sizeBytes: Number(stat.size),
    modifiedAtMs: Number(stat.mtimeNs / 1000n) / 1000,
    mode: Number(stat.mode & 0o7777n),
  }
  if (type === 'symlink') return { ...entry, ...followed(path) }
  if (type === 'file') entry.etag = etagOf(stat)
  return entry
}

function followed(path: string): Pick<FileEntry, 'targetType' | 'etag'> {
  try {
    const stat = statSync(path, { bigint: true })
    const type = typeOf(stat)
    if (type === 'symlink') return { targetType: null }
    return type === 'file' ? { targetType: type, etag: etagOf(stat) } : { targetType: type }
  } catch {
    return { targetType: null }
  }
}

function typeOf(stat: BigIntStats): FileEntry['type'] {
  if (stat.isFile()) return 'file'
  if (stat.isDirectory()) return 'directory'
  return stat.isSymbolicLink() ? 'symlink' : 'other'
}

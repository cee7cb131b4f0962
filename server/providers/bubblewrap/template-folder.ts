import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  opendirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'

/** Where starter projects are inside; read-only. */
export const TEMPLATES_DIR = '/templates'

/** Copies a folder so that every sandbox's user can read it, whoever made it with whatever rights. Links stay links. */
export function copyReadable(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name)
    const target = join(to, entry.name)
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else if (entry.isDirectory()) {
      mkdirSync(target)
      chmodSync(target, 0o755)
      copyReadable(source, target)
    } else if (entry.isFile()) {
      copyFileSync(source, target)
      chmodSync(target, lstatSync(source).mode & 0o100 ? 0o755 : 0o644)
    }
  }
}

/**
 * Whether /templates can be mounted over what the sandbox has there. Not over files of its own, from before there was this
 * folder, nor on a link, which would lead the mount astray. Nothing of the sandbox runs now.
 */
export function hasRoomForTemplates(root: string): boolean {
  const path = join(root, TEMPLATES_DIR)
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return true
  return stat.isDirectory() && isEmpty(path)
}

function isEmpty(path: string): boolean {
  try {
    const directory = opendirSync(path)
    try {
      return directory.readSync() === null
    } finally {
      directory.closeSync()
    }
  } catch {
    // It has closed it to itself.
    return false
  }
}

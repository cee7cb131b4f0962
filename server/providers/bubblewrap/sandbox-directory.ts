import { chmodSync, chownSync, lstatSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { SandboxError } from '@/lib/errors'
import type { SandboxState } from './state'

/** Directories that a new sandbox has of its own. */
const OWN_DIRS: [path: string, mode: number][] = [
  ['', 0o755],
  ['home', 0o755],
  ['home/user', 0o755],
  ['home/user/workspace', 0o755],
  ['tmp', 0o1777],
  ['var', 0o755],
  ['var/tmp', 0o1777],
]

const OWNER_ALL = 0o700
const ALL_BITS = 0o7777

export function makeOwnDirectories(root: string, uid: number): void {
  for (const [name, mode] of OWN_DIRS) own(join(root, name), mode, uid)
}

/**
 * Gives their owner the way to them again: a sandbox whose directories nobody may enter could never start. Nothing of it runs
 * now, so that none is exchanged meanwhile for a link, which is not followed.
 */
export function reopenOwnDirectories(root: string): void {
  for (const [name] of OWN_DIRS) {
    const mode = modeOfDirectory(root, name)
    if (mode !== null && (mode & OWNER_ALL) !== OWNER_ALL)
      chmodSync(join(root, name), (mode & ALL_BITS) | OWNER_ALL)
  }
}

/** `null` where it, or what leads to it, is something else than a directory. */
function modeOfDirectory(root: string, name: string): number | null {
  let path = root
  for (const part of ['', ...name.split('/')]) {
    path = join(path, part)
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (!stat?.isDirectory()) return null
  }
  return lstatSync(path).mode
}

/** What a power failure made unreadable must not cost anybody files: it counts as a start that was cut short. */
export function rescuedState(id: string, root: string): SandboxState {
  const limits = {
    memoryBytes: null,
    cpus: null,
    processes: null,
    diskBytes: null,
    openFiles: null,
    required: [],
  }
  const nothing = { agent: null, network: null, socketInode: null, diskBytes: null, areWritersHeld: false }
  return {
    version: 1,
    phase: 'starting',
    key: id,
    uid: lstatSync(root).uid,
    egress: 'none',
    limits,
    ...nothing,
  }
}

export function makeBase(path: string, id: string): void {
  try {
    mkdirSync(path, { mode: 0o711 })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    throw new SandboxError('already_exists', `There is a sandbox ${id} already.`, { cause })
  }
}

export function renameBase(from: string, to: string, id: string): void {
  try {
    renameSync(from, to)
  } catch (cause) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((cause as NodeJS.ErrnoException).code ?? '')) throw cause
    throw new SandboxError('already_exists', `There is a sandbox ${id} already.`, { cause })
  }
}

export function own(path: string, mode: number, uid: number): void {
  mkdirSync(path)
  // Not by mkdir, which the umask would thin out.
  chmodSync(path, mode)
  if (process.getuid?.() === 0) chownSync(path, uid, uid)
}

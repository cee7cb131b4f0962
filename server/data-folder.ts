import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SandboxError } from '@/lib/errors'

/** Sandboxes of root have users of their own, who must get through to their files; nobody gets a listing. */
const MODE = process.getuid?.() === 0 ? 0o711 : 0o700
const LOCK = 'server.lock'
const ADDRESS = 'server.address'
/** The database and its journal, keys and locks; sandboxes have a larger floor of their own. */
const MIN_FREE_BYTES = 16 * 1024 * 1024
/** Starts that meet: each loses at most once to each other. */
const MAX_ATTEMPTS = 20

/** Every program of ours makes it so, since whichever comes first settles who can pass it. */
export function makeDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: MODE })
  } catch (error) {
    throw unwritable(folder, error)
  }
}

/** The hold of one server on its data directory. */
export interface DataFolder {
  /** Tells other programs of ours where this server is reached. */
  publish(url: string): void
  release(): void
}

/** Keeps the data directory for this process: two that manage the same sandboxes would end each other's. */
export function takeDataFolder(folder: string): DataFolder {
  makeDataFolder(folder)
  requireRoom(folder)
  const lock = join(folder, LOCK)
  const own = `${process.pid} ${startOf(process.pid) ?? ''}`
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (tryLink(lock, own)) return heldFolder(folder, own)
    const holder = read(lock)
    if (holder !== null && isAlive(holder)) throw taken(folder, holder)
    if (holder !== null) removeStale(lock, holder)
  }
  throw taken(folder, read(lock) ?? 'unknown')
}

/** The server that runs on this directory; `url` is null while it starts, and all is null where there is none. */
export function findServer(folder: string): { pid: number; url: string | null } | null {
  const holder = read(join(folder, LOCK))
  if (holder === null || !isAlive(holder)) return null
  // One that was killed leaves its address behind, which is not that of its successor.
  const [of, url = null] = read(join(folder, ADDRESS))?.split('\n') ?? []
  return { pid: Number(holder.split(' ')[0]), url: of === holder ? url : null }
}

function heldFolder(folder: string, own: string): DataFolder {
  const address = join(folder, ADDRESS)
  return {
    publish(url) {
      writeFileSync(`${address}.new`, `${own}\n${url}`, { mode: 0o600 })
      renameSync(`${address}.new`, address)
    },
    release() {
      if (read(join(folder, LOCK)) !== own) return
      rmSync(address, { force: true })
      rmSync(join(folder, LOCK), { force: true })
    },
  }
}

/** Said before anything is half written. */
function requireRoom(folder: string): void {
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize < MIN_FREE_BYTES)
    throw new SandboxError(
      'disk_full',
      `The disk of ${folder} is full. Make ${MIN_FREE_BYTES / (1024 * 1024)} MB of room, or set SANDLOT_DATA_DIR to a folder on another disk.`,
    )
}

/** Written whole beside its place and linked there: whoever links first has it. */
function tryLink(lock: string, content: string): boolean {
  const draft = `${lock}.${process.pid}`
  writeDraft(draft, content)
  try {
    linkSync(draft, lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function writeDraft(path: string, content: string): void {
  try {
    writeFileSync(path, content, { mode: 0o600 })
  } catch (error) {
    throw unwritable(dirname(path), error)
  }
}

/** Another start may have replaced it between our look and our hand: then it goes back. */
function removeStale(lock: string, holder: string): void {
  const aside = `${lock}.stale.${process.pid}`
  try {
    renameSync(lock, aside)
    if (read(aside) !== holder) linkSync(aside, lock)
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function isAlive(holder: string): boolean {
  const [pid, start] = holder.split(' ')
  return start !== undefined && startOf(Number(pid)) === start
}

/**
 * When a process began, in ticks since the machine did: process numbers come again, this does not. One that has ended and
 * that nobody has asked after (Z, X) holds nothing any more.
 */
function startOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`)
  // The name, in brackets, may hold blanks and brackets; the state is the field after it, the start the 19th after that.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields === undefined || /^[ZX]/.test(fields[0] ?? '') ? undefined : fields[19]
}

function taken(folder: string, holder: string): SandboxError {
  return new SandboxError(
    'conflict',
    `Another Sandlot (process ${holder.split(' ')[0]}) uses ${folder}. Stop it, or start this one with another SANDLOT_DATA_DIR.`,
  )
}

function unwritable(folder: string, error: unknown): SandboxError {
  const reason = error instanceof Error ? error.message : String(error)
  return new SandboxError(
    'bad_request',
    `The data directory ${folder} cannot be used: ${reason}. Set SANDLOT_DATA_DIR to a folder that this user can write to.`,
  )
}

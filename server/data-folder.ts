import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SandboxError } from '@/lib/errors'

/** Sandboxes of root have users of their own, who must get through to their files; nobody gets a listing. */
const MODE = process.getuid?.() === 0 ? 0o711 : 0o700
/** Starts that meet: each loses at most once to each other. */
const MAX_ATTEMPTS = 20

/** Every program of ours makes it so, since whichever comes first settles who can pass it. */
export function makeDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: MODE })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SandboxError(
      'bad_request',
      `The data directory cannot be made: ${reason}. Set SANDLOT_DATA_DIR to another one.`,
    )
  }
}

/** Keeps the data directory for this process: two that manage the same sandboxes would end each other's. */
export function takeDataFolder(folder: string): { release(): void } {
  makeDataFolder(folder)
  const lock = join(folder, 'server.lock')
  const own = `${process.pid} ${startOf(process.pid) ?? ''}`
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (tryLink(lock, own)) return { release: () => release(lock, own) }
    const holder = read(lock)
    if (holder !== null && isAlive(holder)) throw taken(folder, holder)
    if (holder !== null) removeStale(lock, holder)
  }
  throw taken(folder, read(lock) ?? 'unknown')
}

/** Written whole beside its place and linked there: whoever links first has it. */
function tryLink(lock: string, content: string): boolean {
  const draft = `${lock}.${process.pid}`
  writeFileSync(draft, content, { mode: 0o600 })
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

function release(lock: string, own: string): void {
  if (read(lock) === own) rmSync(lock, { force: true })
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

import { execFile } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { HOST_ENVIRONMENT } from './launch'

/** A tree that takes longer to walk is larger than any that a sandbox needs, or lies on a disk that hangs. */
const WALK_TIMEOUT_MS = 30_000
/** Two lines of sums, and complaints besides: what comes after is not needed. */
const MAX_OUTPUT_BYTES = 1024 * 1024
/** What a file costs the disk beyond its content: its inode and its name, generously. Millions of empty ones fill a disk too. */
export const BYTES_PER_FILE = 4096
/** What sandboxes must leave free of the host's disk: this, or so large a part of a small one. */
const FREE_FLOOR_BYTES = 1024 * 1024 * 1024
const FREE_FLOOR_PART = 0.05

/** What a tree takes up; `too_slow` where it could not be walked in time, `null` where nothing could be said. */
export type Measured = number | 'too_slow' | null

/** Blocks, not lengths, and each file once, with a share for the file itself. A program of its own keeps ours responsive. */
export async function measureTree(
  path: string,
  { timeoutMs = WALK_TIMEOUT_MS, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<Measured> {
  const deadline = performance.now() + timeoutMs
  const bytes = await sum(['--block-size=1'], path, timeoutMs, signal)
  if (typeof bytes !== 'number') return bytes
  // The tree is in memory now: this walk is the shorter.
  const files = await sum(['--inodes'], path, Math.max(1, deadline - performance.now()), signal)
  return typeof files === 'number' ? bytes + files * BYTES_PER_FILE : files
}

/** Whether the disk that holds `path` has less left than the host needs, of room or of files. */
export async function isNearlyFull(path: string): Promise<boolean> {
  return isBelowFloor(await statfs(path))
}

interface DiskFacts {
  bavail: number
  blocks: number
  bsize: number
  ffree: number
  files: number
}

export function isBelowFloor({ bavail, blocks, bsize, ffree, files }: DiskFacts): boolean {
  const isShortOfRoom = bavail * bsize < Math.min(FREE_FLOOR_BYTES, blocks * bsize * FREE_FLOOR_PART)
  // Some file systems make inodes as they need them and count none.
  const isShortOfFiles = files > 0 && ffree < files * FREE_FLOOR_PART
  return isShortOfRoom || isShortOfFiles
}

/** Files that go while it walks make `du` fail at the end, with the sum said all the same. */
function sum(what: string[], path: string, timeoutMs: number, signal?: AbortSignal): Promise<Measured> {
  const options = {
    timeout: Math.ceil(timeoutMs),
    killSignal: 'SIGKILL',
    env: HOST_ENVIRONMENT,
    maxBuffer: MAX_OUTPUT_BYTES,
    ...(signal ? { signal } : {}),
  } as const
  const startedAt = performance.now()
  return new Promise((resolve) => {
    execFile('du', ['-sx', ...what, '--', path], options, (error, stdout) => {
      const found = /^(\d+)\t/m.exec(stdout)?.[1]
      if (found !== undefined) resolve(Number(found))
      else resolve(error?.killed && performance.now() - startedAt >= timeoutMs ? 'too_slow' : null)
    })
  })
}

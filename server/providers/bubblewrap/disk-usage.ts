import { execFile } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { HOST_ENVIRONMENT } from './launch'

/** A tree that takes longer to walk is larger than any that a sandbox needs, or lies on a disk that hangs. */
export const WALK_TIMEOUT_MS = 30_000
/** Lines of sums, and complaints besides: what comes after is not needed. */
const MAX_OUTPUT_BYTES = 1024 * 1024
/** What a file costs the disk beyond its content: its inode and its name, generously. Millions of empty ones fill a disk too. */
export const BYTES_PER_FILE = 4096
/** What sandboxes must leave free of the host's disk: this, or so large a part of a small one. */
const FREE_FLOOR_BYTES = 1024 * 1024 * 1024
const FREE_FLOOR_PART = 0.05

/** What trees take up; `too_slow` where they could not be walked in time, `null` where nothing could be said. */
export type Measured = number | 'too_slow' | null

/** Blocks, not lengths, and each file once, with a share for the file itself. A program of its own keeps ours responsive. */
export async function measureTrees(
  paths: string[],
  { timeoutMs = WALK_TIMEOUT_MS, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<Measured> {
  const deadline = performance.now() + timeoutMs
  const bytes = await sum(['--block-size=1'], paths, timeoutMs, signal)
  if (typeof bytes !== 'number') return bytes
  // The trees are in memory now: this walk is the shorter.
  const files = await sum(['--inodes'], paths, Math.max(1, deadline - performance.now()), signal)
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
function sum(what: string[], paths: string[], timeoutMs: number, signal?: AbortSignal): Promise<Measured> {
  const options = {
    timeout: Math.ceil(timeoutMs),
    killSignal: 'SIGKILL',
    env: HOST_ENVIRONMENT,
    maxBuffer: MAX_OUTPUT_BYTES,
    ...(signal ? { signal } : {}),
  } as const
  const startedAt = performance.now()
  return new Promise((resolve) => {
    execFile('du', ['-sx', ...what, '--', ...paths], options, (error, stdout) => {
      const found = [...stdout.matchAll(/^(\d+)\t/gm)].map(([, sum]) => Number(sum))
      if (found.length > 0) resolve(found.reduce((total, each) => total + each))
      else resolve(error?.killed && performance.now() - startedAt >= timeoutMs ? 'too_slow' : null)
    })
  })
}

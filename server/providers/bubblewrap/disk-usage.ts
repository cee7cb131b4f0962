import { execFile } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import { HOST_ENVIRONMENT } from './launch'

const run = promisify(execFile)
/** A tree that takes longer to walk counts as not measured; its next turn comes later. */
const WALK_TIMEOUT_MS = 60_000
/** What sandboxes must leave free of the host's disk: this, or so large a part of a small one. */
const FREE_FLOOR_BYTES = 1024 * 1024 * 1024
const FREE_FLOOR_PART = 0.05

/** What a tree takes up on its disk: blocks, not lengths, each file once. A program of its own keeps ours responsive. */
export async function measureTree(path: string): Promise<number | null> {
  try {
    const options = { timeout: WALK_TIMEOUT_MS, env: HOST_ENVIRONMENT }
    return parse((await run('du', ['-sx', '--block-size=1', '--', path], options)).stdout)
  } catch (error) {
    // Files that go while it walks make it fail at the end, with the sum said all the same.
    return parse(String((error as { stdout?: unknown }).stdout ?? ''))
  }
}

/** Whether the disk that holds `path` has less left than the host needs. */
export async function isNearlyFull(path: string): Promise<boolean> {
  const { bavail, blocks, bsize } = await statfs(path)
  return bavail * bsize < Math.min(FREE_FLOOR_BYTES, blocks * bsize * FREE_FLOOR_PART)
}

function parse(output: string): number | null {
  const bytes = /^\d+/.exec(output)?.[0]
  return bytes === undefined ? null : Number(bytes)
}

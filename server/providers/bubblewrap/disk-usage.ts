import { execFile } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import { HOST_ENVIRONMENT } from './launch'

const run = promisify(execFile)
/** A tree that takes longer to walk counts as not measured; its next turn comes later. */
const WALK_TIMEOUT_MS = 60_000
/** A line per tree, and complaints besides. */
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024
/** What sandboxes must leave free of the host's disk: this, or so large a part of a small one. */
const FREE_FLOOR_BYTES = 1024 * 1024 * 1024
const FREE_FLOOR_PART = 0.05

/** What trees take up on their disk: blocks, not lengths, each file once. One program for all keeps ours responsive. */
export async function measureTrees(paths: string[]): Promise<Map<string, number>> {
  if (paths.length === 0) return new Map()
  try {
    const options = { timeout: WALK_TIMEOUT_MS, env: HOST_ENVIRONMENT, maxBuffer: MAX_OUTPUT_BYTES }
    return parse((await run('du', ['-sx', '--block-size=1', '--', ...paths], options)).stdout)
  } catch (error) {
    // Files that go while it walks make it fail at the end, with the sums said all the same.
    return parse(String((error as { stdout?: unknown }).stdout ?? ''))
  }
}

/** Whether the disk that holds `path` has less left than the host needs. */
export async function isNearlyFull(path: string): Promise<boolean> {
  const { bavail, blocks, bsize } = await statfs(path)
  return bavail * bsize < Math.min(FREE_FLOOR_BYTES, blocks * bsize * FREE_FLOOR_PART)
}

function parse(output: string): Map<string, number> {
  const lines = output.split('\n').map((line) => /^(\d+)\t(.+)$/.exec(line))
  return new Map(lines.flatMap((found) => (found ? [[found[2] ?? '', Number(found[1])]] : [])))
}

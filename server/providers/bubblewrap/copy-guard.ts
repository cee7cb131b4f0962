import { SandboxError } from '@/lib/errors'
import { isNearlyFull } from './disk-usage'

/** A million files take seconds; what takes longer than this lies on a disk that hangs. */
const COPY_TIMEOUT_MS = 15 * 60_000
/** A fast disk takes a few gigabytes in that time, and the floor is one: the sandboxes' own watch looks as often. */
const LOOK_INTERVAL_MS = 500

/**
 * Does a copy that ends when one of `signals` is aborted, when it takes too long, or before it fills the disk of `dataDir`
 * up to what the host needs for itself.
 */
export async function guardCopy<T>(
  dataDir: string,
  signals: AbortSignal[],
  copy: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (await isNearlyFull(dataDir)) throw diskFull()
  const guard = new AbortController()
  const looking = setInterval(() => void look(dataDir, guard), LOOK_INTERVAL_MS)
  const tooLate = setTimeout(() => guard.abort(timedOut()), COPY_TIMEOUT_MS)
  try {
    return await copy(AbortSignal.any([guard.signal, ...signals]))
  } finally {
    clearInterval(looking)
    clearTimeout(tooLate)
  }
}

async function look(dataDir: string, guard: AbortController): Promise<void> {
  const isFull = await isNearlyFull(dataDir).catch(() => false)
  if (isFull) guard.abort(diskFull())
}

function diskFull(): SandboxError {
  return new SandboxError(
    'disk_full',
    'The disk of this machine is nearly full. Delete sandboxes or snapshots that nobody needs.',
  )
}

function timedOut(): SandboxError {
  return new SandboxError(
    'timed_out',
    `Copying the files took longer than ${COPY_TIMEOUT_MS / 60_000} minutes.`,
  )
}

import { setTimeout } from 'node:timers/promises'
import { SandboxError } from '@/lib/errors'
import type { Cgroup } from './cgroup'
import { type HostProcess, isAlive, nameOf } from './host-process'

/** The kernel ends a killed sandbox within milliseconds, unless its disk hangs. */
const END_TIMEOUT_MS = 10_000
const POLL_MS = 5
/** Making the mounts takes a millisecond or two. */
const MOUNT_TIMEOUT_MS = 10_000

/** Bubblewrap tells its child's pid before it mounts anything; the directory must keep its name until the child runs `program`. */
export async function untilRuns(child: HostProcess | null, program: string): Promise<void> {
  const deadline = Date.now() + MOUNT_TIMEOUT_MS
  while (child !== null && nameOf(child) !== program) {
    if (!isAlive(child) || Date.now() > deadline)
      throw new SandboxError('provider_failed', 'The sandbox did not start: its mounts were not made.')
    await setTimeout(POLL_MS)
  }
}

/** Until these and all of the group have ended, and the group is no more. */
export async function untilGone(known: HostProcess[], cgroup: Cgroup | null): Promise<void> {
  const deadline = Date.now() + END_TIMEOUT_MS
  while (known.some(isAlive) || cgroup?.remove() === false) {
    if (Date.now() > deadline)
      throw new SandboxError('provider_failed', 'The processes of the sandbox do not end; is a disk hanging?')
    cgroup?.kill()
    await setTimeout(POLL_MS)
  }
}

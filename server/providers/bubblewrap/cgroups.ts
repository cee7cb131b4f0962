import { SandboxError } from '@/lib/errors'
import type { Cgroups } from './cgroup'
import { findCgroupsV1 } from './cgroups-v1'
import { findCgroupsV2 } from './cgroups-v2'

/** The control groups that this machine lets us use; the current version first. */
export function findCgroups(): Cgroups {
  return findCgroupsV2() ?? findCgroupsV1() ?? noCgroups()
}

function noCgroups(): Cgroups {
  const reason = 'This machine offers no control groups to the user that runs Sandlot.'
  return {
    description: reason,
    unenforced: { memory: reason, cpus: reason, processes: reason },
    canFreeze: false,
    of: () => {
      throw new SandboxError('internal', reason)
    },
  }
}

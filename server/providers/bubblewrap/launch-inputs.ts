import { bubblewrapArguments } from './arguments'
import type { Cgroup } from './cgroup'
import { type Host, openFilesOf, processesOf } from './host'
import type { LaunchInputs } from './launch'
import { networkLack } from './network-support'
import type { SandboxPlaces } from './places'
import type { SandboxState } from './state'
import { hasRoomForTemplates } from './template-folder'

/** All that the launcher must know to start a sandbox in that state. */
export function launchInputs(
  host: Host,
  places: SandboxPlaces,
  { limits, egress, uid }: SandboxState,
  cgroup: Cgroup | null,
): LaunchInputs {
  const { uids, runtime, network, environment, canDisableUserns, limitsProcessesByUser } = host
  const hasNetwork = egress === 'all' && networkLack() === null
  return {
    seccompFile: runtime.seccomp,
    cgroupFiles: [...(cgroup?.joinFiles ?? [])],
    uid: uids.isPerSandbox ? uid : null,
    limits: {
      openFiles: openFilesOf(limits),
      fileBytes: limits.diskBytes,
    },
    network: hasNetwork ? { cidr: network.cidr, routes: host.routes() } : null,
    bubblewrapArguments: bubblewrapArguments({
      places,
      runtime,
      limits,
      environment,
      processLimit: limitsProcessesByUser ? processesOf(limits) : null,
      hasOuterNetwork: hasNetwork,
      canDisableUserNamespaces: canDisableUserns,
      hasRoomForTemplates: hasRoomForTemplates(places.root),
    }),
  }
}

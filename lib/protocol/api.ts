import { authEndpoints, childEndpoints } from './api/auth'
import { channelEndpoints, signalEndpoints, watcherEndpoints } from './api/channels'
import { commandEndpoints, terminalEndpoints } from './api/commands'
import type { Endpoint } from './api/endpoint'
import { fileEndpoints, treeEndpoints } from './api/files'
import { documentEndpoints, healthEndpoints, keyEndpoints, sandboxEndpoints } from './api/root'
import { envEndpoints, overlayEndpoints, serverEndpoints } from './api/servers'
import { serviceEndpoints } from './api/service'
import { sandboxSnapshotEndpoints, snapshotEndpoints } from './api/snapshots'
import { workbenchEndpoints } from './api/workbench'

/** Everything at Sandlot's root that is for programs. */
export const ROOT_API: readonly Endpoint[] = [
  ...sandboxEndpoints,
  ...snapshotEndpoints,
  ...keyEndpoints,
  ...documentEndpoints,
]

/** Everything below a sandbox's own address. */
export const SANDBOX_API: readonly Endpoint[] = [
  ...serviceEndpoints,
  ...commandEndpoints,
  ...terminalEndpoints,
  ...fileEndpoints,
  ...channelEndpoints,
  ...watcherEndpoints,
  ...signalEndpoints,
  ...serverEndpoints,
  ...overlayEndpoints,
  ...envEndpoints,
  ...authEndpoints,
  ...childEndpoints,
  ...workbenchEndpoints,
  ...sandboxSnapshotEndpoints,
  ...treeEndpoints,
]

/** Beside both: answered before anything else is. */
export const HEALTH_API: readonly Endpoint[] = healthEndpoints

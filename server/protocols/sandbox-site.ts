import type { Access } from '../auth/access'
import type { RequestContext } from '../request-context'
import type { LiveStores } from '../sandbox/live-stores'
import type { SandboxService } from '../sandbox/sandbox-service'
import type { Snapshots } from '../sandbox/snapshots'
import { authRoutes } from './computesdk/auth-routes'
import { batchRoutes } from './computesdk/batch'
import { channelRoute } from './computesdk/channel-route'
import { Channels } from './computesdk/channels'
import { childRoutes } from './computesdk/child-routes'
import { codeRoutes } from './computesdk/code'
import { commandRoutes } from './computesdk/commands'
import { envFileRoutes } from './computesdk/env-files'
import { fileRoutes } from './computesdk/files'
import { overlayRoutes } from './computesdk/overlays'
import { serverEventsRoute } from './computesdk/server-events'
import { serverRoutes } from './computesdk/servers'
import { serviceRoutes } from './computesdk/service-routes'
import { signalRoutes } from './computesdk/signal-routes'
import { type PreviewUrl, Signals } from './computesdk/signals'
import { StreamedCommands } from './computesdk/streamed-commands'
import { TerminalChannels } from './computesdk/terminal-channels'
import { terminalCommandRoutes } from './computesdk/terminal-commands'
import { terminalRoutes } from './computesdk/terminals'
import { watcherRoutes } from './computesdk/watcher-routes'
import { Watchers } from './computesdk/watchers'
import { Entry, type SandboxTarget } from './entry'
import { LiveSockets } from './live-sockets'
import { eventsRoute } from './sandlot/events-route'
import { frontDoor } from './sandlot/front-door'
import { rawFileRoutes } from './sandlot/raw-files'
import { sandboxRoutes } from './sandlot/sandbox-routes'
import { sandboxSnapshotRoutes } from './sandlot/snapshot-routes'
import { type OpenPreview, systemRoutes } from './sandlot/system-routes'
import { terminalStreamRoute } from './sandlot/terminal-stream'
import { treeRoutes } from './sandlot/tree-routes'
import { createSite, type Site } from './site'

export interface SandboxSiteDeps {
  sandboxes: SandboxService
  snapshots: Snapshots
  access: Access
  openPreview: OpenPreview
  /** Where programs find a port of a sandbox; without a ticket. */
  previewUrl: PreviewUrl
  /** What programs have asked to be told, from one start of Sandlot to the next. */
  stores: LiveStores
  /** Base of a sandbox's own API for programs, no slash at its end: the `url` of a sandbox. */
  sandboxUrl: (sandboxId: string, context: RequestContext) => string
  /** The same for browsers, which know `*.localhost`: where the workbench is. */
  browserUrl: (sandboxId: string, context: RequestContext) => string
  /** Where the dashboard is. */
  appUrl: (context: RequestContext) => string
  version: string
}

/** A sandbox's own API: ComputeSDK's daemon, and what Sandlot adds for its workbench. */
export function createSandboxSite(deps: SandboxSiteDeps): Site<SandboxTarget> {
  const entry = new Entry(deps.sandboxes, deps.access)
  const live = new LiveSockets(deps.access)
  const channels = new Channels()
  const connect = (sandboxId: string) => deps.sandboxes.connect(sandboxId)
  const terminals = new TerminalChannels(channels, connect)
  const commands = new StreamedCommands(channels, connect)
  deps.sandboxes.subscribeToAll((id, event) => {
    if (event.type !== 'deleted') return
    commands.forget(id)
    channels.forget(id)
  })
  const { sandboxes, stores, previewUrl } = deps
  const watchers = new Watchers({ sandboxes, channels, store: stores.watchers })
  const signals = new Signals({ sandboxes, channels, store: stores.signals, previewUrl })
  return createSite<SandboxTarget>(
    [
      frontDoor,
      ...serviceRoutes({ ...deps, entry }),
      ...commandRoutes(entry, commands),
      ...codeRoutes(entry),
      ...batchRoutes(entry),
      ...fileRoutes(entry),
      ...envFileRoutes(entry),
      ...terminalRoutes({ ...deps, entry, terminals }),
      ...terminalCommandRoutes(entry),
      ...overlayRoutes(entry),
      ...serverRoutes({ ...deps, entry }),
      ...watcherRoutes({ ...deps, entry, watchers }),
      ...signalRoutes({ ...deps, entry, signals }),
      ...authRoutes({ ...deps, entry }),
      ...childRoutes({ ...deps, entry, channels, live }),
      ...sandboxRoutes(entry, deps.appUrl),
      ...sandboxSnapshotRoutes({ ...deps, entry }),
      ...rawFileRoutes(entry),
      ...treeRoutes(entry),
      ...systemRoutes(entry, deps.openPreview),
    ],
    [
      channelRoute({ entry, live, channels, terminals, commands }),
      terminalStreamRoute(entry, live),
      eventsRoute(entry, live, deps.appUrl),
      serverEventsRoute({ ...deps, entry, live }),
    ],
  )
}

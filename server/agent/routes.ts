import { AGENT_CONTRACT_VERSION, type Health } from '@/server/agent-contract'
import { configure } from './configuration'
import { execTerminalRoutes } from './exec-terminal-routes'
import { fileRoutes } from './file-routes'
import { overlayRoutes } from './overlay-routes'
import { resumeOverlays } from './overlays/overlays'
import { portRoutes } from './port-routes'
import { processRoutes } from './process-routes'
import { type Route, Router } from './router'
import { serverRoutes } from './servers/server-routes'
import { bootServers } from './servers/servers'
import { terminalRoutes } from './terminal-routes'
import { watch } from './watcher'

const agentRoutes: Route[] = [
  {
    method: 'GET',
    path: '/health',
    handle: () =>
      Response.json({
        contractVersion: AGENT_CONTRACT_VERSION,
        uptimeMs: performance.now(),
      } satisfies Health),
  },
  {
    method: 'POST',
    path: '/configure',
    handle: async ({ request }) => {
      const answer = await configure(request)
      resumeOverlays()
      void bootServers()
      return answer
    },
  },
  { method: 'WS', path: '/watch', handle: watch },
]

/** Everything that the agent answers. */
export const router = new Router([
  ...agentRoutes,
  ...fileRoutes,
  ...overlayRoutes,
  ...processRoutes,
  ...terminalRoutes,
  ...execTerminalRoutes,
  ...portRoutes,
  ...serverRoutes,
])

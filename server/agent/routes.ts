import { AGENT_CONTRACT_VERSION, type Health } from '@/server/agent-contract'
import { configure } from './configuration'
import { execTerminalRoutes } from './exec-terminal-routes'
import { fileRoutes } from './file-routes'
import { portRoutes } from './port-routes'
import { processRoutes } from './process-routes'
import { type Route, Router } from './router'
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
  { method: 'POST', path: '/configure', handle: ({ request }) => configure(request) },
  { method: 'WS', path: '/watch', handle: watch },
]

/** Everything that the agent answers. */
export const router = new Router([
  ...agentRoutes,
  ...fileRoutes,
  ...processRoutes,
  ...terminalRoutes,
  ...execTerminalRoutes,
  ...portRoutes,
])

import type { Route } from './router'
import { runCommand } from './run-command'

export const processRoutes: Route[] = [
  { method: 'POST', path: '/processes/run', handle: ({ request }) => runCommand(request) },
]

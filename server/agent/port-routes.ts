import { streamPort } from './port-stream'
import { listPorts, PortEvents } from './ports'
import type { Route } from './router'

export const portRoutes: Route[] = [
  { method: 'GET', path: '/ports', handle: () => Response.json({ ports: listPorts() }) },
  { method: 'WS', path: '/ports/events', handle: () => new PortEvents() },
  { method: 'WS', path: '/ports/:port/stream', handle: streamPort },
]

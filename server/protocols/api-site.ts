import type { Access } from '../auth/access'
import type { RequestContext } from '../request-context'
import type { NamedSandboxes } from '../sandbox/named-sandboxes'
import type { SandboxService } from '../sandbox/sandbox-service'
import type { Snapshots } from '../sandbox/snapshots'
import { gatewayRoutes } from './computesdk/gateway'
import { namedRoutes } from './computesdk/named-routes'
import { snapshotRoutes } from './computesdk/snapshots'
import { openApiRoute } from './sandlot/openapi-route'
import { rootRoutes } from './sandlot/root-routes'
import { createSite, type Site } from './site'

export interface ApiSiteDeps {
  sandboxes: SandboxService
  names: NamedSandboxes
  snapshots: Snapshots
  access: Access
  /** Base of a sandbox's own API for programs, no slash at its end: the `url` of a sandbox. */
  sandboxUrl: (sandboxId: string, context: RequestContext) => string
  /** The same for browsers, which know `*.localhost`: where the workbench is. */
  browserUrl: (sandboxId: string, context: RequestContext) => string
  version: string
}

/** The root API: what there is before there is a sandbox. */
export function createApiSite(deps: ApiSiteDeps): Site<unknown> {
  return createSite([
    ...gatewayRoutes(deps),
    ...namedRoutes(deps),
    ...rootRoutes(deps),
    ...snapshotRoutes(deps),
    openApiRoute(deps.version),
  ])
}

import type { Endpoint } from './api/endpoint'
import { fileEndpoints, treeEndpoints } from './api/files'
import { keyEndpoints, sandboxEndpoints } from './api/root'
import { workbenchEndpoints } from './api/workbench'

/** Everything at Sandlot's root that is for programs. */
export const ROOT_API: readonly Endpoint[] = [...sandboxEndpoints, ...keyEndpoints]

/** Everything below a sandbox's own address. */
export const SANDBOX_API: readonly Endpoint[] = [...fileEndpoints, ...treeEndpoints, ...workbenchEndpoints]

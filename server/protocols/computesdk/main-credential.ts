import { SandboxError } from '@/lib/errors'
import type { Role, SandboxPrincipal } from '../../auth/access'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'

const ROLES: readonly Role[] = ['view', 'edit', 'own']

/** Who may hand out more ways in: an access token or an API key. `forbidden` for a session token, whatever its role. */
export async function authorizeMain(
  entry: Entry,
  exchange: Exchange,
  target: SandboxTarget,
  atLeast: Role,
): Promise<SandboxPrincipal> {
  const principal = await entry.authorize(exchange, target, atLeast)
  if (principal.kind !== 'session-token') return principal
  throw new SandboxError('forbidden', 'A session token cannot do this. Use the access token, or an API key.')
}

/** Nobody gives more than they have. */
export function roleToGive(principal: SandboxPrincipal, asked: Role | undefined): Role {
  const most = ROLES.indexOf(principal.role)
  if (asked === undefined) return ROLES[Math.min(most, ROLES.indexOf('edit'))] ?? 'view'
  if (ROLES.indexOf(asked) <= most) return asked
  throw new SandboxError('forbidden', `Your role is ${principal.role}: you cannot give the role ${asked}.`)
}

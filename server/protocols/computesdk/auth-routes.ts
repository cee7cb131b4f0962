import { toSandboxError } from '@/lib/errors'
import type { AuthStatus } from '@/lib/protocol/session-tokens'
import type { SandboxPrincipal } from '../../auth/access'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'
import type { RequestRoute } from '../site'
import { AUTH_INFO } from './auth-info'
import { type AuthDeps, magicLinkRoutes } from './magic-link-routes'
import { sessionTokenRoutes } from './session-token-routes'

/** Ways in, and what a credential is. */
export function authRoutes(deps: AuthDeps): RequestRoute<SandboxTarget>[] {
  const { entry, access } = deps
  return [
    ...sessionTokenRoutes(entry, access),
    ...magicLinkRoutes(deps),
    {
      method: 'GET',
      pattern: '/auth/status',
      async handle(exchange, target) {
        const data = status(await principalOrNull(entry, exchange, target))
        const answer: AuthStatus = { message: 'Authentication status', data }
        exchange.send(200, answer)
      },
    },
    {
      method: 'GET',
      pattern: '/auth/info',
      async handle(exchange, target) {
        await entry.sandboxes.get(target.id)
        exchange.send(200, AUTH_INFO)
      },
    },
  ]
}

async function principalOrNull(
  entry: Entry,
  exchange: Exchange,
  target: SandboxTarget,
): Promise<SandboxPrincipal | null> {
  try {
    return await entry.authorize(exchange, target, 'view')
  } catch (error) {
    if (toSandboxError(error).code === 'unauthorized') return null
    throw error
  }
}

/** ComputeSDK knows two kinds: tokens of a session, and all that may do everything. */
function status(principal: SandboxPrincipal | null): AuthStatus['data'] {
  if (!principal) return { authenticated: false }
  return {
    authenticated: true,
    token_type: principal.kind === 'session-token' ? 'session_token' : 'access_token',
    ...(principal.expiresAt === null ? {} : { expires_at: principal.expiresAt }),
  }
}

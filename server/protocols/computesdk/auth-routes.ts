import { z } from 'zod'
import { SandboxError, toSandboxError } from '@/lib/errors'
import type { Access, SandboxPrincipal } from '../../auth/access'
import type { RequestContext } from '../../request-context'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'
import type { RequestRoute } from '../site'
import { sendMagicPage, sendRefusalPage } from './magic-page'

export interface AuthDeps {
  entry: Entry
  access: Access
  /** Where a browser reaches the sandbox, no slash at the end. */
  browserUrl: (sandboxId: string, context: RequestContext) => string
}

const MagicLinkBody = z.looseObject({ redirectUrl: z.string().max(1024).optional() })

/** Magic links, and what a credential is. */
export function authRoutes({ entry, access, browserUrl }: AuthDeps): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'POST',
      pattern: '/auth/magic-links',
      async handle(exchange, target) {
        const { kind } = await entry.authorize(exchange, target, 'edit')
        if (kind === 'session-token')
          throw new SandboxError('forbidden', 'Only an access token makes magic links.')
        const { redirectUrl } = await exchange.json(MagicLinkBody)
        const link = await access.createMagicLink(target.id, 'edit', redirectUrl ?? '/play/')
        const data = {
          magic_url: `${browserUrl(target.id, exchange.context)}/auth/magic/${link.secret}`,
          expires_at: link.expiresAt,
          redirect_url: link.redirectUrl,
        }
        exchange.send(201, { message: 'Magic link created', data })
      },
    },
    // GET and HEAD consume nothing: whoever opens mail for somebody must not use up their link.
    {
      method: 'GET',
      pattern: '/auth/magic/:secret',
      handle: (exchange, target) =>
        orRefusalPage(exchange, async () => {
          await access.requireOpenMagicLink(target.id, exchange.param('secret'))
          sendMagicPage(exchange.response, (await entry.sandboxes.get(target.id)).name)
        }),
    },
    {
      method: 'POST',
      pattern: '/auth/magic/:secret',
      handle: (exchange, target) =>
        isProgram(exchange)
          ? redeemForProgram(access, exchange, target)
          : redeemForBrowser(access, exchange, target),
    },
    {
      method: 'GET',
      pattern: '/auth/status',
      async handle(exchange, target) {
        const data = status(await principalOrNull(entry, exchange, target))
        exchange.send(200, { message: 'Authentication status', data })
      },
    },
  ]
}

function isProgram(exchange: Exchange): boolean {
  return (exchange.header('accept') ?? '').includes('application/json')
}

async function redeemForProgram(access: Access, exchange: Exchange, { id }: SandboxTarget): Promise<void> {
  const { token, expiresAt, redirectUrl } = await access.redeemMagicLink(id, exchange.param('secret'))
  const data = { token, expires_at: expiresAt, redirect_url: redirectUrl }
  exchange.send(200, { message: 'Magic link redeemed', data })
}

function redeemForBrowser(access: Access, exchange: Exchange, { id }: SandboxTarget): Promise<void> {
  const { response, context } = exchange
  return orRefusalPage(exchange, async () => {
    const { token, redirectUrl } = await access.redeemMagicLink(id, exchange.param('secret'))
    response.writeHead(303, {
      'set-cookie': access.sessionCookie(token, context, id),
      location: context.base + redirectUrl,
      'referrer-policy': 'no-referrer',
    })
    response.end()
  })
}

/** A person looks at the answer: what is refused is a page too. */
async function orRefusalPage(exchange: Exchange, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    const { status, message, code } = toSandboxError(error)
    if (code === 'internal') throw error
    sendRefusalPage(exchange.response, status, message)
  }
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
function status(principal: SandboxPrincipal | null) {
  if (!principal) return { authenticated: false }
  return {
    authenticated: true,
    token_type: principal.kind === 'session-token' ? 'session_token' : 'access_token',
    ...(principal.expiresAt === null ? {} : { expires_at: principal.expiresAt }),
  }
}

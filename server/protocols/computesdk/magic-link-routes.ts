import { toSandboxError } from '@/lib/errors'
import {
  type CreatedMagicLink,
  CreateMagicLinkBody,
  type RedeemedMagicLink,
} from '@/lib/protocol/session-tokens'
import type { Access } from '../../auth/access'
import type { RequestContext } from '../../request-context'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'
import type { RequestRoute } from '../site'
import { sendMagicPage, sendRefusalPage } from './magic-page'
import { authorizeMain, roleToGive } from './main-credential'

export interface AuthDeps {
  entry: Entry
  access: Access
  /** Where a browser reaches the sandbox, no slash at the end. */
  browserUrl: (sandboxId: string, context: RequestContext) => string
}

/**
 * Links that let one browser in, once, by POST. GET and HEAD consume nothing: whoever opens mail for somebody must not use
 * up their link.
 */
export function magicLinkRoutes({ entry, access, browserUrl }: AuthDeps): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'POST',
      pattern: '/auth/magic-links',
      async handle(exchange, target) {
        const principal = await authorizeMain(entry, exchange, target, 'edit')
        const { redirectUrl, role } = await exchange.json(CreateMagicLinkBody)
        const given = roleToGive(principal, role)
        const link = await access.createMagicLink(target.id, given, redirectUrl ?? '/play/')
        const data = {
          magic_url: `${browserUrl(target.id, exchange.context)}/auth/magic/${link.secret}`,
          expires_at: link.expiresAt,
          redirect_url: link.redirectUrl,
        }
        const answer: CreatedMagicLink = { message: 'Magic link created', data }
        exchange.send(201, answer)
      },
    },
    ...redeemRoutes(entry, access, '/auth/magic/:secret', (exchange) => exchange.param('secret')),
    // As ComputeSDK's own description of its API writes it.
    ...redeemRoutes(entry, access, '/auth/magic', ({ context }) => context.query.get('token') ?? ''),
  ]
}

function redeemRoutes(
  entry: Entry,
  access: Access,
  pattern: string,
  secretOf: (exchange: Exchange) => string,
): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'GET',
      pattern,
      handle: (exchange, { id }) =>
        orRefusalPage(exchange, async () => {
          await access.requireOpenMagicLink(id, secretOf(exchange))
          sendMagicPage(exchange.response, (await entry.sandboxes.get(id)).name)
        }),
    },
    {
      method: 'POST',
      pattern,
      handle: (exchange, { id }) => {
        const redeem = () => access.redeemMagicLink(id, secretOf(exchange))
        return isProgram(exchange)
          ? answerProgram(exchange, redeem)
          : letBrowserIn(access, exchange, id, redeem)
      },
    },
  ]
}

type Redeem = () => ReturnType<Access['redeemMagicLink']>

function isProgram(exchange: Exchange): boolean {
  return (exchange.header('accept') ?? '').includes('application/json')
}

async function answerProgram(exchange: Exchange, redeem: Redeem): Promise<void> {
  const { token, expiresAt, redirectUrl } = await redeem()
  const data = { token, expires_at: expiresAt, redirect_url: redirectUrl }
  const answer: RedeemedMagicLink = { message: 'Magic link redeemed', data }
  exchange.send(200, answer)
}

function letBrowserIn(access: Access, exchange: Exchange, id: string, redeem: Redeem): Promise<void> {
  const { response, context } = exchange
  return orRefusalPage(exchange, async () => {
    const { token, redirectUrl } = await redeem()
    response.writeHead(303, {
      'set-cookie': access.sessionCookie(token, context, id),
      // A header has no letters beyond ASCII.
      location: context.base + redirectUrl.replace(/[^\x21-\x7e]+/gu, encodeURIComponent),
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

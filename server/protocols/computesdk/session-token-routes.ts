import { SandboxError } from '@/lib/errors'
import {
  type CreatedSessionToken,
  CreateSessionTokenBody,
  type SessionTokenInfo,
  type SessionTokenList,
} from '@/lib/protocol/session-tokens'
import type { Access, SessionTokenSummary } from '../../auth/access'
import type { Entry, SandboxTarget } from '../entry'
import type { RequestRoute } from '../site'
import { authorizeMain, roleToGive } from './main-credential'

/** Ways in that can be taken back one by one. */
export function sessionTokenRoutes(entry: Entry, access: Access): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'POST',
      pattern: '/auth/session_tokens',
      async handle(exchange, target) {
        const principal = await authorizeMain(entry, exchange, target, 'edit')
        const { description, expiresIn, expires_in, role } = await exchange.json(CreateSessionTokenBody)
        const { token, ...made } = await access.createSessionToken(target.id, {
          role: roleToGive(principal, role),
          description,
          expiresInSeconds: expiresIn ?? expires_in,
        })
        const answer: CreatedSessionToken = { ...infoOf(made), token }
        exchange.send(201, answer)
      },
    },
    {
      method: 'GET',
      pattern: '/auth/session_tokens',
      async handle(exchange, target) {
        await authorizeMain(entry, exchange, target, 'view')
        exchange.send(200, listOf(await access.listSessionTokens(target.id)))
      },
    },
    {
      method: 'GET',
      pattern: '/auth/session_tokens/:token',
      async handle(exchange, target) {
        await authorizeMain(entry, exchange, target, 'view')
        const found = await access.getSessionToken(target.id, exchange.param('token'))
        if (!found) throw new SandboxError('not_found', 'This sandbox has no such session token.')
        exchange.send(200, infoOf(found))
      },
    },
    {
      method: 'DELETE',
      pattern: '/auth/session_tokens/:token',
      async handle(exchange, target) {
        await authorizeMain(entry, exchange, target, 'edit')
        await access.revokeSessionToken(target.id, exchange.param('token'))
        exchange.done()
      },
    },
  ]
}

function infoOf({ id, description, role, createdAt, expiresAt }: SessionTokenSummary): SessionTokenInfo {
  const expiresIn = (Date.parse(expiresAt) - Date.parse(createdAt)) / 1000
  return { id, ...(description === null ? {} : { description }), role, createdAt, expiresAt, expiresIn }
}

function listOf(summaries: SessionTokenSummary[]): SessionTokenList {
  const tokens = summaries.map(({ id, description, role, createdAt, expiresAt, lastUsedAt }) => ({
    id,
    ...(description === null ? {} : { description }),
    role,
    created_at: createdAt,
    expires_at: expiresAt,
    ...(lastUsedAt === null ? {} : { last_used_at: lastUsedAt }),
  }))
  return { message: 'Session tokens', data: { tokens } }
}

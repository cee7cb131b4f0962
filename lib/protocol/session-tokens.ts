import { z } from 'zod'
import { displayText } from './display-name'

/**
 * Session tokens and magic links, in the shapes of ComputeSDK's daemon: only the list is in an envelope and in snake_case.
 * All but the last two rows and redemption need an access token or API key; a session token gets 403.
 *
 * | call | request | answer |
 * |---|---|---|
 * | POST /auth/session_tokens | CreateSessionTokenBody | 201 CreatedSessionToken |
 * | GET /auth/session_tokens | | SessionTokenList |
 * | GET /auth/session_tokens/{id} | | SessionTokenInfo; 404 |
 * | DELETE /auth/session_tokens/{id} | | 204, also where there is none |
 * | POST /auth/magic-links | CreateMagicLinkBody | 201 CreatedMagicLink |
 * | POST /auth/magic/{secret}, /auth/magic?token={secret} | | 303 and the cookie; RedeemedMagicLink where JSON is accepted |
 * | GET /auth/status | | AuthStatus |
 * | GET /auth/info | | AuthInfo |
 */
const Role = z.enum(['view', 'edit', 'own'])
/** At most the creator's own; `edit` where nothing is said, or less where the creator has less. */
const AskedRole = Role.optional()

/** A year and a day, which is a forgotten token rather than a long one. */
const MAX_SECONDS = 366 * 24 * 3600
const SECONDS_MESSAGE = `must be a whole number of seconds from 1 to ${MAX_SECONDS}`
const Seconds = z.int(SECONDS_MESSAGE).min(1, SECONDS_MESSAGE).max(MAX_SECONDS, SECONDS_MESSAGE).optional()

export const CreateSessionTokenBody = z.looseObject({
  description: displayText(0, 256).optional(),
  /** Seven days where nothing is said. */
  expiresIn: Seconds,
  /** The same, for those who write it so. */
  expires_in: Seconds,
  role: AskedRole,
})

export const SessionTokenInfo = z.object({
  id: z.string(),
  description: z.string().optional(),
  role: Role,
  createdAt: z.string(),
  expiresAt: z.string(),
  /** Seconds that it was given. */
  expiresIn: z.number(),
})
export type SessionTokenInfo = z.infer<typeof SessionTokenInfo>

/** `token`: shown this once. */
export const CreatedSessionToken = SessionTokenInfo.extend({ token: z.string() })
export type CreatedSessionToken = z.infer<typeof CreatedSessionToken>

export const SessionTokenList = z.object({
  message: z.string(),
  data: z.object({
    tokens: z.array(
      z.object({
        id: z.string(),
        description: z.string().optional(),
        role: Role,
        created_at: z.string(),
        expires_at: z.string(),
        last_used_at: z.string().optional(),
      }),
    ),
  }),
})
export type SessionTokenList = z.infer<typeof SessionTokenList>

export const CreateMagicLinkBody = z.looseObject({
  /** A path on the sandbox itself. */
  redirectUrl: z.string().max(1024).optional(),
  role: AskedRole,
})
export const CreatedMagicLink = z.object({
  message: z.string(),
  data: z.object({ magic_url: z.string(), expires_at: z.string(), redirect_url: z.string() }),
})
export type CreatedMagicLink = z.infer<typeof CreatedMagicLink>

export const RedeemedMagicLink = z.object({
  message: z.string(),
  data: z.object({ token: z.string(), expires_at: z.string(), redirect_url: z.string() }),
})
export type RedeemedMagicLink = z.infer<typeof RedeemedMagicLink>

export const AuthStatus = z.object({
  message: z.string(),
  data: z.object({
    authenticated: z.boolean(),
    token_type: z.enum(['access_token', 'session_token']).optional(),
    expires_at: z.string().optional(),
  }),
})
export type AuthStatus = z.infer<typeof AuthStatus>

export const AuthInfo = z.object({
  message: z.string(),
  data: z.object({
    message: z.string(),
    instructions: z.string(),
    endpoints: z.object({
      create_session_token: z.string(),
      list_session_tokens: z.string(),
      get_session_token: z.string(),
      revoke_session_token: z.string(),
      create_magic_link: z.string(),
      auth_status: z.string(),
      auth_info: z.string(),
    }),
  }),
})
export type AuthInfo = z.infer<typeof AuthInfo>

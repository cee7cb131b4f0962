import {
  AuthInfo,
  AuthStatus,
  CreatedMagicLink,
  CreatedSessionToken,
  type SessionTokenInfo as ProtocolTokenInfo,
  SessionTokenInfo as SessionToken,
  SessionTokenList,
} from '@/lib/protocol/session-tokens'
import { encodeId, type Http } from '../http'

export type Role = 'view' | 'edit' | 'own'
/** `token` only of one that was made just now, `lastUsedAt` only in lists. */
export type SessionTokenInfo = {
  id: string
  token?: string
  description?: string
  role: Role
  createdAt: string
  expiresAt: string
  lastUsedAt?: string
}
export type CreatedSessionTokenInfo = SessionTokenInfo & { token: string }
export type MagicLinkInfo = { url: string; expiresAt: string; redirectUrl: string }

/** Tokens that let others in, and can be taken back. With a session token all of it is `forbidden`. */
export class SessionTokens {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /** `expiresIn` in seconds, 7 days by default. The token itself is told this once. */
  async create(
    options: { description?: string; expiresIn?: number; role?: Role } = {},
  ): Promise<CreatedSessionTokenInfo> {
    const call = { method: 'POST', json: options }
    const created = await this.#http.json('/auth/session_tokens', CreatedSessionToken, call)
    return { ...info(created), token: created.token }
  }

  async list(): Promise<SessionTokenInfo[]> {
    const { data } = await this.#http.json('/auth/session_tokens', SessionTokenList)
    return data.tokens.map(({ created_at, expires_at, last_used_at, ...token }) => ({
      ...info({ ...token, createdAt: created_at, expiresAt: expires_at }),
      ...(last_used_at === undefined ? {} : { lastUsedAt: last_used_at }),
    }))
  }

  /** `not_found` where there is none. */
  async retrieve(id: string): Promise<SessionTokenInfo> {
    return info(await this.#http.json(`/auth/session_tokens/${encodeId(id)}`, SessionToken))
  }

  /** At once, for open connections as well. One that is not there is fine. */
  async revoke(id: string): Promise<void> {
    await this.#http.send(`/auth/session_tokens/${encodeId(id)}`, { method: 'DELETE' })
  }
}

/** Addresses that let a browser in once. With a session token `forbidden`. */
export class MagicLinks {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /** Good for five minutes. `redirectUrl` is a path on the sandbox, /play/ by default. */
  async create(options: { redirectUrl?: string; role?: Role } = {}): Promise<MagicLinkInfo> {
    const call = { method: 'POST', json: options }
    const { data } = await this.#http.json('/auth/magic-links', CreatedMagicLink, call)
    return { url: data.magic_url, expiresAt: data.expires_at, redirectUrl: data.redirect_url }
  }
}

/** The credential that this client has. */
export class Auth {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  async status(): Promise<{
    authenticated: boolean
    tokenType?: 'access_token' | 'session_token'
    expiresAt?: string
  }> {
    const { data } = await this.#http.json('/auth/status', AuthStatus)
    return {
      authenticated: data.authenticated,
      ...(data.token_type === undefined ? {} : { tokenType: data.token_type }),
      ...(data.expires_at === undefined ? {} : { expiresAt: data.expires_at }),
    }
  }

  /** How to get in, in words, and where. */
  async info(): Promise<{ message: string; instructions: string; endpoints: Record<string, string> }> {
    return (await this.#http.json('/auth/info', AuthInfo)).data
  }
}

function info({
  id,
  description,
  role,
  createdAt,
  expiresAt,
}: Omit<ProtocolTokenInfo, 'expiresIn'>): SessionTokenInfo {
  return { id, ...(description === undefined ? {} : { description }), role, createdAt, expiresAt }
}

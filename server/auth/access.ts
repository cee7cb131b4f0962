import type { IncomingMessage } from 'node:http'
import { ASSERTION_PREFIX, type AssertionClaims, verifyAssertion } from '@/lib/auth/assertion'
import type { ApiKeyRow, ApiKeyStore } from '@/lib/db/api-keys'
import type { MagicLinkStore } from '@/lib/db/magic-links'
import type { SandboxRow, SandboxStore } from '@/lib/db/sandboxes'
import type { SessionTokenStore } from '@/lib/db/session-tokens'
import { SandboxError } from '@/lib/errors'
import type { Logger } from '../log'
import type { RequestContext } from '../request-context'
import { API_KEY_PREFIX, type ApiKeySummary, createApiKey, deleteApiKey, listApiKeys } from './api-keys'
import {
  type Credential,
  clientAddress,
  isLoopback,
  readBearer,
  readCredential,
  requireOwnOrigin,
  sessionCookieName,
} from './credential'
import { FailureLimit } from './failure-limit'
import { LastUsed } from './last-used'
import { createMagicLink, redeemMagicLink, requireOpenMagicLink } from './magic-links'
import { hashSecret, MAX_SECRET_LENGTH, secretMatches } from './secrets'
import {
  createSessionToken,
  type Role,
  SESSION_TOKEN_SECONDS,
  type SessionTokenOptions,
  type SessionTokenSummary,
  sessionTokenSummary,
} from './session-tokens'
import { TokenWatch } from './token-watch'

export { hashSecret, newSecret } from './secrets'
export type { Role, SessionTokenSummary } from './session-tokens'

export interface RootPrincipal {
  userId: string
  /** Null where a server route of the app speaks for a signed-in user. */
  apiKeyId: string | null
}

export interface SandboxPrincipal {
  sandboxId: string
  role: Role
  kind: 'api-key' | 'access-token' | 'session-token' | 'assertion'
  /** Of the API key or session token. */
  tokenId: string | null
  expiresAt: string | null
  isCookie: boolean
}

export interface AccessDeps {
  apiKeys: ApiKeyStore
  sandboxes: SandboxStore
  sessionTokens: SessionTokenStore
  magicLinks: MagicLinkStore
  assertionKey: Buffer
  log: Logger
}

const RANK: Record<Role, number> = { view: 0, edit: 1, own: 2 }

/** Who may do what: the one place that reads credentials. */
export class Access {
  readonly #deps: AccessDeps
  readonly #failures = new FailureLimit()
  readonly #lastUsed: LastUsed
  readonly #tokenWatch: TokenWatch

  constructor(deps: AccessDeps) {
    this.#deps = deps
    this.#lastUsed = new LastUsed(deps.log)
    this.#tokenWatch = new TokenWatch(deps)
  }

  /** Of the root API: an API key, or an assertion. `unauthorized`, `too_many`. */
  async root(req: IncomingMessage): Promise<RootPrincipal> {
    const header = req.headers['x-computesdk-api-key']
    const secret = typeof header === 'string' ? header : readBearer(req)
    if (secret === null)
      throw unauthorized('Send an API key as X-ComputeSDK-API-Key or Authorization: Bearer.')
    const claims = this.#assertion(req, secret)
    // One that was made for a single sandbox says nothing about all the others of its user.
    if (claims !== null && claims.sandboxId === undefined && claims.role === undefined)
      return { userId: claims.userId, apiKeyId: null }
    const key = await this.#apiKey(secret)
    if (key !== null) return { userId: key.user_id, apiKeyId: key.id }
    throw this.#failed(
      req,
      'This API key is not valid. Make one on the dashboard or with: npm run key -- create',
    )
  }

  /**
   * Of a sandbox's own API. `unauthorized` and `too_many`; `origin_refused` for a cookie that comes from another page;
   * `sandbox_not_found` also where it is somebody else's; `forbidden` below the role.
   */
  async sandbox(
    req: IncomingMessage,
    context: RequestContext,
    sandboxId: string,
    atLeast: Role,
  ): Promise<SandboxPrincipal> {
    const credential = readCredential(req, context)
    if (credential === null) throw unauthorized('Open this sandbox from the dashboard, or send a token.')
    if (credential.carrier === 'cookie') requireOwnOrigin(req, context)
    const row = await this.#deps.sandboxes.get(sandboxId)
    if (row === null) throw noSandbox()
    const principal = await this.#identify(req, credential, row)
    if (principal === null) throw this.#failed(req, 'This token is not valid here, or no longer.')
    if (RANK[principal.role] < RANK[atLeast])
      throw new SandboxError('forbidden', `This needs the role ${atLeast}; yours is ${principal.role}.`)
    return principal
  }

  /**
   * Told, once, when this session token or API key is revoked or has expired, whoever did it: what it holds open ends
   * then. The returned function stops watching.
   */
  watchToken(tokenId: string, onEnded: () => void): () => void {
    return this.#tokenWatch.add(tokenId, onEnded)
  }

  /** For a child, which its main sandbox's access token opens too. */
  async accessTokenHash(sandboxId: string): Promise<string> {
    const row = await this.#deps.sandboxes.get(sandboxId)
    if (row === null) throw noSandbox()
    return row.access_token_hash
  }

  createMagicLink(sandboxId: string, role: Role, redirectUrl: string) {
    return createMagicLink(this.#deps.magicLinks, sandboxId, role, redirectUrl)
  }

  /** `bad_request` for a link that `redeemMagicLink` would refuse; uses nothing up. */
  requireOpenMagicLink(sandboxId: string, secret: string): Promise<void> {
    return requireOpenMagicLink(this.#deps.magicLinks, sandboxId, secret.slice(0, MAX_SECRET_LENGTH))
  }

  /** Once: a token of seven days for the sandbox. `bad_request` for a link that is used, expired or unknown. */
  async redeemMagicLink(
    sandboxId: string,
    secret: string,
  ): Promise<{ token: string; expiresAt: string; redirectUrl: string }> {
    const link = await redeemMagicLink(this.#deps.magicLinks, sandboxId, secret.slice(0, MAX_SECRET_LENGTH))
    const description = 'Opened by a link'
    const { token, expiresAt } = await this.createSessionToken(sandboxId, { role: link.role, description })
    return { token, expiresAt, redirectUrl: link.redirect_url }
  }

  createSessionToken(sandboxId: string, options: SessionTokenOptions) {
    return createSessionToken(this.#deps.sessionTokens, sandboxId, options)
  }

  async listSessionTokens(sandboxId: string): Promise<SessionTokenSummary[]> {
    return (await this.#deps.sessionTokens.listBySandbox(sandboxId)).map(sessionTokenSummary)
  }

  async getSessionToken(sandboxId: string, id: string): Promise<SessionTokenSummary | null> {
    const row = await this.#deps.sessionTokens.get(sandboxId, id)
    return row === null ? null : sessionTokenSummary(row)
  }

  /** Fine when there is none. */
  async revokeSessionToken(sandboxId: string, id: string): Promise<void> {
    if (await this.#deps.sessionTokens.delete(sandboxId, id)) this.#tokenWatch.tellEnded(id)
  }

  /** Set-Cookie of the sandbox's own host, or of its folder in path form. */
  sessionCookie(token: string, context: RequestContext, sandboxId: string): string {
    const path = context.base === '' ? '/' : `/sandboxes/${sandboxId}/`
    const attributes = `Path=${path}; Max-Age=${SESSION_TOKEN_SECONDS}; HttpOnly; SameSite=Lax`
    return `${sessionCookieName(context)}=${token}; ${attributes}${context.isSecure ? '; Secure' : ''}`
  }

  listApiKeys(userId: string): Promise<ApiKeySummary[]> {
    return listApiKeys(this.#deps.apiKeys, userId)
  }

  createApiKey(userId: string, name: string): Promise<ApiKeySummary & { key: string }> {
    return createApiKey(this.#deps.apiKeys, userId, name)
  }

  async deleteApiKey(userId: string, id: string): Promise<void> {
    await deleteApiKey(this.#deps.apiKeys, userId, id)
    this.#tokenWatch.tellEnded(id)
  }

  async #identify(
    req: IncomingMessage,
    { carrier, secrets }: Credential,
    sandbox: SandboxRow,
  ): Promise<SandboxPrincipal | null> {
    const isCookie = carrier === 'cookie'
    for (const secret of secrets) {
      const principal = isCookie
        ? await this.#bySessionToken(secret, sandbox)
        : await this.#byAnyToken(req, secret, sandbox)
      if (principal !== null) return { ...principal, sandboxId: sandbox.id, isCookie }
    }
    return null
  }

  async #byAnyToken(req: IncomingMessage, secret: string, sandbox: SandboxRow): Promise<Found | null> {
    if (secretMatches(secret, sandbox.access_token_hash))
      return { role: 'own', kind: 'access-token', tokenId: null, expiresAt: null }
    if (secret.startsWith(API_KEY_PREFIX)) return this.#byApiKey(secret, sandbox)
    if (secret.startsWith(ASSERTION_PREFIX)) return this.#byAssertion(req, secret, sandbox)
    return this.#bySessionToken(secret, sandbox)
  }

  async #byApiKey(secret: string, sandbox: SandboxRow): Promise<Found | null> {
    const key = await this.#apiKey(secret)
    if (key === null) return null
    if (key.user_id !== sandbox.user_id) throw noSandbox()
    return { role: 'own', kind: 'api-key', tokenId: key.id, expiresAt: null }
  }

  #byAssertion(req: IncomingMessage, secret: string, sandbox: SandboxRow): Found | null {
    const claims = this.#assertion(req, secret)
    if (claims === null) return null
    if (claims.userId !== sandbox.user_id || (claims.sandboxId ?? sandbox.id) !== sandbox.id)
      throw noSandbox()
    return { role: claims.role ?? 'own', kind: 'assertion', tokenId: null, expiresAt: null }
  }

  async #bySessionToken(secret: string, sandbox: SandboxRow): Promise<Found | null> {
    const row = await this.#deps.sessionTokens.findByHash(hashSecret(secret))
    if (row === null || row.sandbox_id !== sandbox.id) return null
    if (row.expires_at <= new Date().toISOString()) return null
    this.#lastUsed.note(row.id, (nowIso) => this.#deps.sessionTokens.touch(row.id, nowIso))
    return { role: row.role, kind: 'session-token', tokenId: row.id, expiresAt: row.expires_at }
  }

  async #apiKey(secret: string): Promise<ApiKeyRow | null> {
    if (!secret.startsWith(API_KEY_PREFIX) || secret.length > MAX_SECRET_LENGTH) return null
    const key = await this.#deps.apiKeys.findByHash(hashSecret(secret))
    if (key !== null) this.#lastUsed.note(key.id, (nowIso) => this.#deps.apiKeys.touch(key.id, nowIso))
    return key
  }

  #assertion(req: IncomingMessage, secret: string): AssertionClaims | null {
    if (!isLoopback(req.socket.remoteAddress ?? '')) return null
    return verifyAssertion(this.#deps.assertionKey, secret)
  }

  #failed(req: IncomingMessage, message: string): SandboxError {
    const retryAfterSeconds = this.#failures.fail(clientAddress(req))
    if (retryAfterSeconds === null) return unauthorized(message)
    return new SandboxError('too_many', `Too many wrong credentials. Try again in ${retryAfterSeconds} s.`, {
      retryAfterSeconds,
    })
  }
}

type Found = Omit<SandboxPrincipal, 'sandboxId' | 'isCookie'>

function unauthorized(message: string): SandboxError {
  return new SandboxError('unauthorized', message)
}

function noSandbox(): SandboxError {
  return new SandboxError('sandbox_not_found', 'There is no such sandbox.')
}

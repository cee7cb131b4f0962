import { mkdtempSync, rmSync, statSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadAssertionKey, signAssertion, verifyAssertion } from '@/lib/auth/assertion'
import { ApiKeyStore } from '@/lib/db/api-keys'
import { MagicLinkStore } from '@/lib/db/magic-links'
import { type OpenDatabase, openDatabase } from '@/lib/db/open-database'
import { SandboxStore } from '@/lib/db/sandboxes'
import { SessionTokenStore } from '@/lib/db/session-tokens'
import { UserStore } from '@/lib/db/users'
import { isErrorCode, SandboxError } from '@/lib/errors'
import { createLogger } from '../log'
import type { RequestContext } from '../request-context'
import { Access, hashSecret, newSecret, type Role } from './access'
import { FailureLimit } from './failure-limit'

const ID = 'abcdefgh12345678'
const FOREIGN = 'zyxwvuts87654321'
const key = Buffer.alloc(32, 1)

let folder: string
let database: OpenDatabase
let access: Access
let sessionTokens: SessionTokenStore
let magicLinks: MagicLinkStore
let ownerId: string
let strangerId: string
let accessToken: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandlot-access-'))
  database = await openDatabase(join(folder, 'test.db'))
  const { db } = database
  const users = new UserStore(db)
  ownerId = (await users.ensureOwner('owner@example.com')).id
  strangerId = (await users.ensureOwner('stranger@example.com')).id
  const sandboxes = new SandboxStore(db)
  sessionTokens = new SessionTokenStore(db)
  magicLinks = new MagicLinkStore(db)
  access = new Access({
    apiKeys: new ApiKeyStore(db),
    sandboxes,
    sessionTokens,
    magicLinks,
    assertionKey: key,
    log: createLogger('silent'),
  })
  accessToken = newSecret()
  await sandboxes.insert(sandboxRow(ID, ownerId, accessToken))
  await sandboxes.insert(sandboxRow(FOREIGN, strangerId, newSecret()))
})

afterEach(async () => {
  await database.close()
  rmSync(folder, { recursive: true })
})

function sandboxRow(id: string, userId: string, token: string) {
  const now = new Date().toISOString()
  return {
    id,
    user_id: userId,
    api_key_id: null,
    provider: 'bubblewrap',
    name: 'box',
    namespace: null,
    parent_id: null,
    template_id: null,
    directory: '/workspace',
    envs: '{}',
    metadata: '{}',
    egress: 'all' as const,
    limits: '{}',
    unenforced: '{}',
    status: 'running' as const,
    status_reason: null,
    agent_secret_sealed: 'x',
    access_token_hash: hashSecret(token),
    created_at: now,
    last_used_at: now,
    expires_at: null,
    disk_bytes: null,
  }
}

interface Ask {
  method?: string
  headers?: Record<string, string>
  from?: string
}

function request({ method = 'GET', headers = {}, from = '127.0.0.1' }: Ask): IncomingMessage {
  return { method, headers, socket: { remoteAddress: from } } as unknown as IncomingMessage
}

function context(over: Partial<RequestContext> = {}): RequestContext {
  return {
    requestId: 'r',
    log: createLogger('silent'),
    base: '',
    path: '/files',
    query: new URLSearchParams(),
    origin: `http://${ID}.localhost:3000`,
    isSecure: false,
    ...over,
  }
}

/** The code of the refusal, or what was granted. */
async function outcome(granting: Promise<{ role?: Role; kind?: string; userId?: string }>): Promise<string> {
  try {
    const { role, kind, userId } = await granting
    return userId ?? `${kind} ${role}`
  } catch (error) {
    if (error instanceof SandboxError && isErrorCode(error.code)) return error.code
    throw error
  }
}

function enter(
  ask: Ask,
  atLeast: Role = 'view',
  over: Partial<RequestContext> = {},
  id = ID,
): Promise<string> {
  return outcome(access.sandbox(request(ask), context(over), id, atLeast))
}

function bearer(token: string): Ask {
  return { headers: { authorization: `Bearer ${token}` } }
}

describe('a sandbox lets in', () => {
  it('its access token', async () => {
    expect(await enter(bearer(accessToken), 'own')).toBe('access-token own')
    expect(await enter(bearer(accessToken), 'view', {}, FOREIGN)).toBe('unauthorized')
  })

  it("its owner's API key, and hides from another's", async () => {
    const { key: own } = await access.createApiKey(ownerId, 'mine')
    const { key: foreign } = await access.createApiKey(strangerId, 'theirs')
    expect(await enter(bearer(own), 'own')).toBe('api-key own')
    expect(await enter(bearer(foreign))).toBe('sandbox_not_found')
    expect(await enter(bearer(own), 'view', {}, 'nosuchsandbox000')).toBe('sandbox_not_found')
  })

  it('a session token, up to its role and until it expires', async () => {
    const { token } = await access.createSessionToken(ID, { role: 'edit' })
    expect(await enter(bearer(token), 'edit')).toBe('session-token edit')
    expect(await enter(bearer(token), 'own')).toBe('forbidden')
    expect(await enter(bearer(token), 'view', {}, FOREIGN)).toBe('unauthorized')
    const { token: old } = await access.createSessionToken(ID, { role: 'own', expiresInSeconds: 0 })
    expect(await enter(bearer(old))).toBe('unauthorized')
  })

  it('nobody with a revoked token, and tells who watches it', async () => {
    const told: string[] = []
    const watch = (id: string) => access.watchToken(id, () => told.push(id))
    const { token, id } = await access.createSessionToken(ID, { role: 'own' })
    watch(id)
    await access.revokeSessionToken(FOREIGN, id)
    expect(await enter(bearer(token))).toBe('session-token own')
    await access.revokeSessionToken(ID, id)
    await access.revokeSessionToken(ID, id)
    expect(await enter(bearer(token))).toBe('unauthorized')
    const { key: apiKey, id: keyId } = await access.createApiKey(ownerId, 'mine')
    watch(keyId)
    await expect(access.deleteApiKey(strangerId, keyId)).rejects.toThrow('no such API key')
    await access.deleteApiKey(ownerId, keyId)
    expect(await enter(bearer(apiKey))).toBe('unauthorized')
    expect(told).toEqual([id, keyId])
  })

  it('nobody else', async () => {
    expect(await enter({})).toBe('unauthorized')
    for (const token of ['x', 'sl_x', 'sla_x', 'sla_x.y', newSecret(), 'a'.repeat(5000)])
      expect(await enter(bearer(token))).toBe('unauthorized')
    expect(await enter({ headers: { authorization: `Basic ${accessToken}` } })).toBe('unauthorized')
  })
})

describe('a token in the query', () => {
  it('counts on GET, which upgrades are, and not on writes', async () => {
    const query = new URLSearchParams({ token: accessToken })
    expect(await enter({}, 'view', { query })).toBe('access-token own')
    expect(await enter({ method: 'POST' }, 'view', { query })).toBe('unauthorized')
  })

  it('does not help beside a wrong bearer', async () => {
    const query = new URLSearchParams({ token: accessToken })
    expect(await enter(bearer('wrong'), 'view', { query })).toBe('unauthorized')
  })
})

describe('the cookie', () => {
  async function cookie(name = 'sandlot_session', role: Role = 'own'): Promise<string> {
    return `other=1; ${name}=${(await access.createSessionToken(ID, { role })).token}`
  }
  const own = `http://${ID}.localhost:3000`

  it('reads from anywhere, and writes from its own page only', async () => {
    const value = await cookie()
    const at = (method: string, headers: Record<string, string> = {}) =>
      enter({ method, headers: { cookie: value, ...headers } })
    expect(await at('GET')).toBe('session-token own')
    expect(await at('POST', { origin: own })).toBe('session-token own')
    expect(await at('POST', { 'sec-fetch-site': 'same-origin' })).toBe('session-token own')
    expect(await at('POST')).toBe('origin_refused')
    for (const origin of [
      'null',
      'http://evil.example',
      'http://localhost:3000',
      `http://${ID}-80.localhost:3000`,
      `https://${ID}.localhost:3000`,
      `${own}.evil.example`,
    ])
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
        expect(await at(method, { origin, 'sec-fetch-site': 'same-site' })).toBe('origin_refused')
  })

  it('opens a WebSocket from its own page only', async () => {
    const upgrade = { cookie: await cookie(), upgrade: 'websocket' }
    expect(await enter({ headers: { ...upgrade, origin: own } })).toBe('session-token own')
    expect(await enter({ headers: upgrade })).toBe('origin_refused')
    expect(await enter({ headers: { ...upgrade, 'sec-fetch-site': 'same-origin' } })).toBe('origin_refused')
    expect(await enter({ headers: { ...upgrade, origin: 'http://evil.example' } })).toBe('origin_refused')
  })

  it('has the name that its place allows, and no other', async () => {
    const token = newSecret()
    const path = { base: `/sandboxes/${ID}` }
    expect(access.sessionCookie(token, context(), ID)).toBe(
      `sandlot_session=${token}; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax`,
    )
    expect(access.sessionCookie(token, context({ isSecure: true }), ID)).toBe(
      `__Host-sandlot_session=${token}; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure`,
    )
    expect(access.sessionCookie(token, context({ ...path, isSecure: true }), ID)).toBe(
      `__Secure-sandlot_session=${token}; Path=/sandboxes/${ID}/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure`,
    )
    expect(await enter({ headers: { cookie: await cookie() } }, 'view', { isSecure: true })).toBe(
      'unauthorized',
    )
    const secure = await cookie('__Host-sandlot_session')
    expect(await enter({ headers: { cookie: secure } }, 'view', { isSecure: true })).toBe('session-token own')
  })

  it('is found behind one that a neighbour has set', async () => {
    const value = `sandlot_session=tossed; ${await cookie()}`
    expect(await enter({ headers: { cookie: value } })).toBe('session-token own')
  })

  it('is never an API key or access token', async () => {
    expect(await enter({ headers: { cookie: `sandlot_session=${accessToken}` } })).toBe('unauthorized')
  })
})

describe('the root API', () => {
  it('takes an API key in either header', async () => {
    const { key: apiKey, prefix } = await access.createApiKey(ownerId, 'mine')
    expect(apiKey.startsWith('sl_')).toBe(true)
    expect(apiKey.length).toBeGreaterThanOrEqual(3 + 160 / 6)
    expect(apiKey.startsWith(prefix)).toBe(true)
    expect(await outcome(access.root(request({ headers: { 'x-computesdk-api-key': apiKey } })))).toBe(ownerId)
    expect(await outcome(access.root(request(bearer(apiKey))))).toBe(ownerId)
  })

  it('takes nothing else', async () => {
    const { token } = await access.createSessionToken(ID, { role: 'own' })
    for (const wrong of [token, accessToken, 'sl_', 'x'])
      expect(await outcome(access.root(request(bearer(wrong))))).toBe('unauthorized')
    expect(await outcome(access.root(request({})))).toBe('unauthorized')
  })

  it('keeps no key, and notes its use', async () => {
    const { key: apiKey, id } = await access.createApiKey(ownerId, 'mine')
    await access.root(request(bearer(apiKey)))
    await expect.poll(async () => (await access.listApiKeys(ownerId))[0]?.lastUsedAt).toBeTruthy()
    const rows = await database.db.selectFrom('api_keys').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(apiKey.slice(9))
    expect(rows[0]?.id).toBe(id)
  })
})

describe('an assertion of a server route', () => {
  it('speaks for its user from this machine only', async () => {
    const token = signAssertion(key, { userId: ownerId })
    expect(await outcome(access.root(request(bearer(token))))).toBe(ownerId)
    expect(await outcome(access.root(request({ ...bearer(token), from: '::ffff:127.0.0.1' })))).toBe(ownerId)
    for (const from of ['10.0.0.1', '::2', '128.0.0.1', '::ffff:10.0.0.1', ''])
      expect(await outcome(access.root(request({ ...bearer(token), from })))).toBe('unauthorized')
    expect(await enter(bearer(token), 'own')).toBe('assertion own')
    expect(await enter(bearer(token), 'own', {}, FOREIGN)).toBe('sandbox_not_found')
  })

  it('for one sandbox and role goes no further', async () => {
    const token = signAssertion(key, { userId: ownerId, sandboxId: ID, role: 'view' })
    expect(await enter(bearer(token))).toBe('assertion view')
    expect(await enter(bearer(token), 'edit')).toBe('forbidden')
    expect(await outcome(access.root(request(bearer(token))))).toBe('unauthorized')
  })

  it('is good for a minute, and only as it was signed', () => {
    const token = signAssertion(key, { userId: 'u' })
    expect(verifyAssertion(key, token)).toEqual({ userId: 'u' })
    expect(verifyAssertion(Buffer.alloc(32, 2), token)).toBeNull()
    for (let at = 4; at < token.length; at += 7) {
      const other = token[at] === 'A' ? 'B' : 'A'
      const changed = token.slice(0, at) + other + token.slice(at + 1)
      expect(verifyAssertion(key, changed)).toBeNull()
    }
    for (const wrong of ['', 'sla_', 'sla_.', 'sla_..', `${token}.x`, token.slice(4), 'x'.repeat(10_000)])
      expect(verifyAssertion(key, wrong)).toBeNull()
  })

  it('is signed with a key that is made once and read by its owner alone', () => {
    const first = loadAssertionKey(folder)
    expect(first).toHaveLength(32)
    expect(loadAssertionKey(folder).equals(first)).toBe(true)
    expect(statSync(join(folder, 'assertion.key')).mode & 0o777).toBe(0o600)
  })
})

describe('a magic link', () => {
  it('is redeemed by exactly one of many', async () => {
    const { secret } = await access.createMagicLink(ID, 'edit', '/play/')
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => access.redeemMagicLink(ID, secret)),
    )
    const won = results.filter((result) => result.status === 'fulfilled')
    expect(won).toHaveLength(1)
    const { token = '', redirectUrl } = won[0]?.value ?? {}
    expect(redirectUrl).toBe('/play/')
    expect(await enter(bearer(token), 'edit')).toBe('session-token edit')
    expect(await enter(bearer(token), 'own')).toBe('forbidden')
  })

  it('lives five minutes, opens its own sandbox and no other', async () => {
    const { secret, expiresAt } = await access.createMagicLink(ID, 'own', '/play/')
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(5 * 60_000)
    await expect(access.redeemMagicLink(FOREIGN, secret)).rejects.toMatchObject({ code: 'bad_request' })
    await expect(access.redeemMagicLink(ID, 'unknown')).rejects.toMatchObject({ code: 'bad_request' })
    const old = await access.createMagicLink(ID, 'own', '/play/')
    await database.db.updateTable('magic_links').set({ expires_at: new Date().toISOString() }).execute()
    await expect(access.redeemMagicLink(ID, old.secret)).rejects.toMatchObject({ code: 'bad_request' })
  })

  it('can be looked at before, by the one sandbox it is for, without being used up', async () => {
    const { secret } = await access.createMagicLink(ID, 'view', '/play/')
    const look = (id: string, of = secret) => access.requireOpenMagicLink(id, of)
    await look(ID)
    await look(ID)
    await expect(look(FOREIGN)).rejects.toMatchObject({ code: 'bad_request' })
    await expect(look(ID, 'unknown')).rejects.toMatchObject({ code: 'bad_request' })
    await access.redeemMagicLink(ID, secret)
    await expect(look(ID)).rejects.toMatchObject({ code: 'bad_request' })
  })

  it('leads to a path of its sandbox', async () => {
    for (const good of ['/', '/play/', '/play/?file=a%20b#x', '/a//b'])
      expect((await access.createMagicLink(ID, 'view', good)).redirectUrl).toBe(good)
    for (const bad of [
      '',
      'play',
      '//evil.example',
      '/\\evil.example',
      'https://x',
      '/a\\b',
      '/a\nb',
      '/\t/x',
      '/\u0000',
      `/${'a'.repeat(2000)}`,
    ])
      await expect(access.createMagicLink(ID, 'view', bad)).rejects.toMatchObject({ code: 'bad_request' })
  })
})

describe('wrong credentials', () => {
  it('are slowed down per address, and right ones never refused', async () => {
    const from = '198.51.100.7'
    let refused: unknown = null
    for (let count = 0; count < 40; count++)
      refused = await access
        .root(request({ ...bearer('sl_wrong'), from }))
        .catch((error: SandboxError) => error)
    expect(refused).toMatchObject({ code: 'too_many', status: 429, retryAfterSeconds: expect.any(Number) })
    const { key: apiKey } = await access.createApiKey(ownerId, 'mine')
    expect(await outcome(access.root(request({ ...bearer(apiKey), from })))).toBe(ownerId)
    expect(await outcome(access.root(request({ ...bearer('sl_wrong'), from: '198.51.100.8' })))).toBe(
      'unauthorized',
    )
  })

  it('from behind a proxy on this machine count for who is behind it', async () => {
    const ask = (forwarded: string) => ({
      headers: { ...bearer('sl_wrong').headers, 'x-forwarded-for': forwarded },
    })
    for (let count = 0; count < 40; count++)
      await outcome(access.root(request(ask('203.0.113.1, 203.0.113.2'))))
    expect(await outcome(access.root(request(ask('203.0.113.9, 203.0.113.2'))))).toBe('too_many')
    expect(await outcome(access.root(request(ask('203.0.113.2, 203.0.113.3'))))).toBe('unauthorized')
  })
})

describe('the limit of failures', () => {
  it('refills with time and takes a network of IPv6 as one', () => {
    const limit = new FailureLimit()
    for (let count = 0; count < 30; count++) expect(limit.fail(`2001:db8::${count}`, 0)).toBeNull()
    expect(limit.fail('2001:db8:0:0:9::1', 0)).toBe(2)
    expect(limit.fail('2001:db8:0:1::1', 0)).toBeNull()
    expect(limit.fail('2001:db8::1', 2_000)).toBeNull()
    expect(limit.fail('2001:db8::1', 2_000)).toBe(2)
    expect(limit.fail('2001:db8::1', 3_600_000)).toBeNull()
  })
})

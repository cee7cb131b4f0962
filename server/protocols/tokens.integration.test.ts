import type { Sandbox } from 'computesdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { publishedClient } from './published-client.test-support'
import { type Answer, createSandbox, type Stack, startStack, type TestSandbox } from './stack.test-support'

const WEEK_SECONDS = 7 * 24 * 3600

let stack: Stack
let key: string
let main: TestSandbox
let other: TestSandbox

beforeAll(async () => {
  stack = await startStack()
  ;({ key } = await stack.newOwner())
  main = await createSandbox(stack, key)
  other = await createSandbox(stack, key)
})
afterAll(() => stack.stop())

function client(token: string, { url, sandboxId } = main): Sandbox {
  return publishedClient({ url, sandboxId, token })
}

/** A request to the main sandbox with any credential. */
async function ask(method: string, path: string, token: string, body?: unknown) {
  const response = await fetch(main.url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as Answer) }
}

describe("ComputeSDK's client", () => {
  it('makes, lists, retrieves and revokes session tokens', async () => {
    const sandbox = client(main.token)
    const made = await sandbox.sessionToken.create({ description: 'for a guest', expiresIn: 3600 })
    expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(3600_000)
    const guest = client(made.token ?? '')
    expect((await guest.runCommand('echo in')).stdout).toBe('in\n')
    expect(await guest.auth.status()).toMatchObject({ authenticated: true, tokenType: 'session_token' })
    const listed = (await sandbox.sessionToken.list()).find(({ id }) => id === made.id)
    expect(listed).toMatchObject({ description: 'for a guest', expiresAt: made.expiresAt })
    expect(listed?.lastUsedAt).toBeTruthy()
    expect(JSON.stringify(await sandbox.sessionToken.list())).not.toContain(made.token)
    const { id, description, createdAt, expiresAt } = made
    expect(await sandbox.sessionToken.retrieve(made.id)).toEqual({ id, description, createdAt, expiresAt })
    await sandbox.sessionToken.revoke(made.id)
    await sandbox.sessionToken.revoke(made.id)
    await expect(guest.runCommand('true')).rejects.toThrow('401')
    expect(await guest.auth.status()).toMatchObject({ authenticated: false })
    await expect(sandbox.sessionToken.retrieve(made.id)).rejects.toThrow('404')
  })

  it('makes magic links, and is told about authentication', async () => {
    const sandbox = client(main.token)
    const link = await sandbox.magicLink.create()
    expect(link.redirectUrl).toBe('/play/')
    expect(link.url).toMatch(/\/auth\/magic\/[A-Za-z0-9_-]{43}$/)
    const left = Date.parse(link.expiresAt) - Date.now()
    expect(left).toBeGreaterThan(4 * 60_000)
    expect(left).toBeLessThanOrEqual(5 * 60_000)
    expect(await sandbox.auth.status()).toMatchObject({ authenticated: true, tokenType: 'access_token' })
    for (const token of ['', 'wrong']) {
      const { endpoints } = await client(token).auth.info()
      expect(
        Object.values(endpoints).filter((each) => /^(GET|POST|DELETE) \/auth\//.test(each)),
      ).toHaveLength(7)
    }
  })

  it('cannot hand out more with a session token', async () => {
    const { token = '' } = await client(main.token).sessionToken.create()
    const guest = client(token)
    for (const act of [
      () => guest.sessionToken.create(),
      () => guest.sessionToken.list(),
      () => guest.sessionToken.retrieve('x'),
      () => guest.sessionToken.revoke('x'),
      () => guest.magicLink.create(),
    ])
      await expect(act()).rejects.toThrow('Access token required')
    await expect(guest.child.list()).rejects.toThrow('403')
    await expect(guest.child.create()).rejects.toThrow('403')
    expect(await idsOfChildren()).toEqual([])
  })
})

const idsOfChildren = async () => (await stack.sandboxes.listChildren(main.sandboxId)).map(({ id }) => id)

describe('a session token', () => {
  const create = (body: unknown, token = main.token) => ask('POST', '/auth/session_tokens', token, body)

  it('is answered flat, with seven days where nothing is said', async () => {
    const { status, body } = await create({})
    expect(status).toBe(201)
    expect(Object.keys(body).sort()).toEqual(['createdAt', 'expiresAt', 'expiresIn', 'id', 'role', 'token'])
    expect(body).toMatchObject({ expiresIn: WEEK_SECONDS, role: 'edit' })
    expect((await create({ expires_in: 60 })).body.expiresIn).toBe(60)
    expect((await create({ expiresIn: 61, expires_in: 60 })).body.expiresIn).toBe(61)
    expect((await create(undefined)).status).toBe(201)
  })

  it.each([
    [{ expiresIn: 0 }],
    [{ expiresIn: -1 }],
    [{ expiresIn: 1.5 }],
    [{ expiresIn: '60' }],
    [{ expiresIn: 367 * 24 * 3600 }],
    [{ expires_in: 0 }],
    [{ description: 'x'.repeat(257) }],
    [{ description: 'a\u202eb' }],
    [{ description: 5 }],
    [{ role: 'owner' }],
    [[]],
  ])('is refused for %j', async (body) => {
    expect(await create(body)).toMatchObject({ status: 400, body: { code: 'bad_request' } })
  })

  it('holds to its role, and to its sandbox', async () => {
    const { token } = (await create({ role: 'view' })).body
    expect((await ask('GET', '/sandbox', token)).body.role).toBe('view')
    expect((await ask('POST', '/run/command', token, { command: 'true' })).status).toBe(403)
    const elsewhere = await fetch(`${other.url}/files`, { headers: { authorization: `Bearer ${token}` } })
    expect(elsewhere.status).toBe(401)
    expect((await create({}, token)).status).toBe(403)
  })

  it('ends when its time is over', async () => {
    const { token, expiresAt } = (await create({ expiresIn: 1 })).body
    const status = async () => (await ask('GET', '/auth/status', token)).body.data
    await expect.poll(status).toEqual({ authenticated: false })
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt))
  })

  it('is managed only by who has the access token of this sandbox, or its owner’s key', async () => {
    const { id } = (await create({})).body
    const stranger = await stack.newOwner()
    for (const [method, path] of [
      ['GET', '/auth/session_tokens'],
      ['GET', `/auth/session_tokens/${id}`],
      ['DELETE', `/auth/session_tokens/${id}`],
    ] as const) {
      expect((await ask(method, path, other.token)).status, `${method} ${path}`).toBe(401)
      expect((await ask(method, path, stranger.key)).status, `${method} ${path}`).toBe(404)
    }
    const mine = (await other.json('POST', '/auth/session_tokens', {})).id
    expect((await ask('GET', `/auth/session_tokens/${mine}`, main.token)).status).toBe(404)
    expect((await ask('DELETE', `/auth/session_tokens/${mine}`, main.token)).status).toBe(204)
    expect((await other.call('GET', `/auth/session_tokens/${mine}`)).status).toBe(200)
    expect((await ask('GET', `/auth/session_tokens/${id}`, key)).body.id).toBe(id)
  })

  it('ends its open socket with it', async () => {
    const { id, token } = (await create({})).body
    const socket = new WebSocket(`${main.url.replace('http', 'ws')}/events?token=${token}`)
    await new Promise<void>((resolve) => socket.once('message', () => resolve()))
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))
    expect((await ask('DELETE', `/auth/session_tokens/${id}`, main.token)).status).toBe(204)
    expect(await closed).toBe(1008)
  })
})

describe('a magic link', () => {
  const make = (body: unknown) => ask('POST', '/auth/magic-links', main.token, body)
  const redeem = (url: string) =>
    fetch(url, { method: 'POST', redirect: 'manual', headers: { accept: 'text/html' } })

  it.each(['path', 'query'])('is redeemed once, by POST, with its secret in the %s', async (form) => {
    const { magic_url } = (await make({ redirectUrl: '/play/?file=a b é' })).body.data
    const secret = magic_url.split('/').at(-1)
    const url = form === 'path' ? magic_url : `${main.url}/auth/magic?token=${secret}`
    for (const method of ['GET', 'HEAD', 'GET']) {
      const page = await fetch(url, { method })
      expect([page.status, page.headers.get('set-cookie')]).toEqual([200, null])
    }
    const opened = await redeem(url)
    expect([opened.status, opened.headers.get('location')]).toEqual([
      303,
      `/sandboxes/${main.sandboxId}/play/?file=a%20b%20%C3%A9`,
    ])
    expect(opened.headers.get('set-cookie')).toMatch(/; Max-Age=604800; HttpOnly; SameSite=Lax$/)
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
    const inside = (await (await fetch(`${main.url}/sandbox`, { headers: { cookie } })).json()) as Answer
    expect(inside.role).toBe('edit')
    expect((await redeem(url)).status).toBe(400)
    expect((await fetch(url)).status).toBe(400)
  })

  it('gives a program a token of the role it was made with', async () => {
    const { magic_url } = (await make({ role: 'view' })).body.data
    const answer = await fetch(magic_url, { method: 'POST', headers: { accept: 'application/json' } })
    const { token, redirect_url } = ((await answer.json()) as Answer).data
    expect(redirect_url).toBe('/play/')
    expect((await ask('GET', '/sandbox', token)).body.role).toBe('view')
  })

  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'evil',
    '',
    '/a\nb',
    '/\t/evil.example',
    '/\ud800',
    `/${'x'.repeat(1024)}`,
    5,
  ])('does not lead to %j', async (redirectUrl) => {
    expect(await make({ redirectUrl })).toMatchObject({ status: 400, body: { code: 'bad_request' } })
  })

  it('is nothing without its secret', async () => {
    for (const path of ['/auth/magic', '/auth/magic?token=', '/auth/magic?token=guess', '/auth/magic/guess'])
      for (const method of ['GET', 'POST'])
        expect((await fetch(main.url + path, { method })).status, `${method} ${path}`).toBe(400)
  })
})

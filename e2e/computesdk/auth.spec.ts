import { expect, nameOf, test, WAYS } from './fixtures'

for (const way of WAYS)
  test(`sandbox.sessionToken.create / list / retrieve / revoke: ${nameOf(way)}`, async ({
    connect,
    shared,
  }) => {
    const sandbox = connect(way)
    const made = await sandbox.sessionToken.create({ description: 'for a friend', expiresIn: 3600 })
    expect(made).toMatchObject({ description: 'for a friend', token: expect.any(String) })
    expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(3600_000)
    const friend = connect(way, shared, made.token)
    expect((await friend.runCommand('echo in')).stdout).toBe('in\n')
    expect(await friend.auth.status()).toMatchObject({ authenticated: true, tokenType: 'session_token' })
    const terminal = await friend.terminal.create({ pty: true })
    await terminal.destroy()

    await expect(friend.sessionToken.create()).rejects.toThrow(/Access token required/)
    await expect(friend.magicLink.create()).rejects.toThrow(/Access token required/)

    const found = await sandbox.sessionToken.retrieve(made.id)
    expect(found).toMatchObject({ id: made.id, description: 'for a friend' })
    expect(found.token).toBeUndefined()
    const listed = (await sandbox.sessionToken.list()).find(({ id }) => id === made.id)
    expect(listed).toMatchObject({ lastUsedAt: expect.any(String) })
    expect(JSON.stringify(listed)).not.toContain(made.token)
    await sandbox.sessionToken.revoke(made.id)
    await sandbox.sessionToken.revoke(made.id)
    await expect(friend.runCommand('true')).rejects.toThrow(/\(401\)/)
    await expect(sandbox.sessionToken.retrieve(made.id)).rejects.toThrow(/\(404\)/)
  })

test('sandbox.createSessionToken / listSessionTokens / getSessionToken / revokeSessionToken', async ({
  connect,
}) => {
  const sandbox = connect()
  const made = await sandbox.createSessionToken()
  expect(made).toMatchObject({ expiresIn: 604_800 })
  expect((await sandbox.listSessionTokens()).data.tokens.map(({ id }) => id)).toContain(made.id)
  expect((await sandbox.getSessionToken(made.id)).expiresIn).toBe(604_800)
  await sandbox.revokeSessionToken(made.id)
})

test('sandbox.magicLink.create(…): one POST opens a session', async ({ connect }) => {
  const sandbox = connect()
  const link = await sandbox.magicLink.create({ redirectUrl: '/play/?x=1' })
  expect(link).toMatchObject({ redirectUrl: '/play/?x=1' })
  expect((await sandbox.createMagicLink()).data.redirect_url).toBe('/play/')
  for (const redirectUrl of ['https://evil.example', '//evil.example', '/\\evil.example', 'play'])
    await expect(sandbox.magicLink.create({ redirectUrl }), redirectUrl).rejects.toThrow(/\(400\)/)
  expect((await fetch(link.url)).status).toBe(200)
  const redeem = (url: string, accept: string) =>
    fetch(url, { method: 'POST', headers: { accept }, redirect: 'manual' })
  const entered = await redeem(link.url, 'text/html')
  expect([entered.status, new URL(entered.headers.get('location') ?? '', link.url).pathname]).toEqual([
    303,
    expect.stringMatching(/\/play\/$/),
  ])
  const cookie = entered.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/; HttpOnly/i)
  const [pair = ''] = cookie.split(';')
  const status = await fetch(new URL(`${sandbox.getSandboxUrl()}/auth/status`), { headers: { cookie: pair } })
  expect(await status.json()).toMatchObject({ data: { authenticated: true, token_type: 'session_token' } })
  expect((await redeem(link.url, 'text/html')).status).toBe(400)

  const second = await sandbox.magicLink.create()
  const redeemed = await redeem(second.url, 'application/json')
  const { data } = (await redeemed.json()) as { data: { token: string } }
  expect((await connect(undefined, undefined, data.token).auth.status()).tokenType).toBe('session_token')
  expect((await redeem(second.url, 'application/json')).status).toBe(400)
})

test('sandbox.auth.status / info, getAuthStatus / getAuthInfo, with and without a token', async ({
  connect,
  shared,
}) => {
  const sandbox = connect()
  expect(await sandbox.auth.status()).toMatchObject({ authenticated: true, tokenType: 'access_token' })
  expect((await sandbox.getAuthStatus()).data.authenticated).toBe(true)
  const nobody = connect(undefined, shared, '')
  expect(await nobody.auth.status()).toMatchObject({ authenticated: false })
  const info = await nobody.auth.info()
  expect(Object.values(info.endpoints).filter((text) => typeof text === 'string')).toHaveLength(7)
  expect((await nobody.getAuthInfo()).data.endpoints).toBeDefined()
  expect(await nobody.health()).toMatchObject({ status: 'ok', timestamp: expect.any(String) })
  expect(await nobody.ready()).toMatchObject({ ready: expect.any(Boolean), servers: expect.any(Array) })
  await expect(nobody.runCommand('true')).rejects.toThrow(/\(401\)/)
  await expect(nobody.getServerInfo()).rejects.toThrow(/\(401\)/)
})

test('setToken, getToken, getSandboxUrl, getInstance, getInfo, getUrl, getProvider, getServerInfo', async ({
  connect,
  shared,
  server,
}) => {
  const sandbox = connect({ form: 'host', protocol: 'json' }, shared, '')
  sandbox.setToken(shared.token)
  expect(sandbox.getToken()).toBe(shared.token)
  expect(sandbox.getSandboxUrl()).toBe(`http://${shared.sandboxId}.localhost:${server.port}`)
  expect(sandbox.getInstance()).toBe(sandbox)
  expect(await sandbox.getInfo()).toMatchObject({ id: shared.sandboxId, status: 'running' })
  expect(await sandbox.getUrl({ port: 3000, protocol: 'http' })).toBe(
    `http://${shared.sandboxId}-3000.localhost`,
  )
  expect(() => sandbox.getProvider()).toThrow()
  expect((await sandbox.getServerInfo()).data).toMatchObject({
    auth_enabled: true,
    main_subdomain: shared.sandboxId,
    sandbox_count: expect.any(Number),
    version: expect.any(String),
  })
})

test("the owner's API key is as good as the access token", async ({ connect, shared, gateway }) => {
  const sandbox = connect(undefined, shared, gateway.key)
  expect((await sandbox.runCommand('echo key')).stdout).toBe('key\n')
  const made = await sandbox.sessionToken.create()
  await sandbox.sessionToken.revoke(made.id)
})

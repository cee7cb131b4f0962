import { once } from 'node:events'
import WebSocket from 'ws'
import { ROOT_API, SANDBOX_API } from '@/lib/protocol/api'
import { ask, concretePath, takes, targetsOf } from './endpoints'
import { expect, test } from './fixtures'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

test('an address answers 405 or 404 to every method that it does not have', async ({ gateway, shared }) => {
  for (const [api, base, credential] of [
    [ROOT_API, gateway.url, gateway.key],
    [SANDBOX_API, shared.url, shared.token],
  ] as const)
    for (const path of new Set(api.map((endpoint) => concretePath(endpoint.path)))) {
      const known = api
        .filter((endpoint) => takes(endpoint, path))
        .map(({ method }) => (method === 'WS' ? 'GET' : method))
      for (const method of METHODS.filter((name) => !known.some((taken) => taken === name))) {
        const { status } = await ask(base + path, method, { credential })
        // What is for WebSockets alone says so.
        const isForSockets = api.some((endpoint) => endpoint.method === 'WS' && takes(endpoint, path))
        const expected = isForSockets ? [400, 405] : [404, 405]
        expect(expected, `${method} ${path}: ${status}`).toContain(status)
      }
    }
})

test('nobody, a stranger and another sandbox get nothing from any endpoint', async ({ gateway, shared }) => {
  const other = await gateway.create()
  const guarded = targetsOf(gateway, shared).filter(({ endpoint: { access } }) => access !== 'public')
  expect(guarded.length).toBeGreaterThan(60)
  const wrong = [undefined, '', 'sl_none', other.token, `${shared.token}x`]
  for (const [index, { name, url, endpoint }] of guarded.entries())
    for (const credential of wrong) {
      // Each endpoint from an address of its own: from one, wrong credentials are soon not even looked at.
      const asked = { ...(credential === undefined ? {} : { credential }), from: `192.0.2.${index}` }
      const ws = endpoint.method === 'WS'
      const answer = ws ? await upgrade(url, asked) : await ask(url, endpoint.method, asked)
      expect(answer.status, `${name}: ${answer.text}`).toBe(401)
    }
  await gateway.delete(other.sandboxId)
})

test("a sandbox's access token opens nothing at the gateway", async ({ gateway, shared }) => {
  for (const { name, url, endpoint } of targetsOf(gateway, shared).filter(
    ({ endpoint }) => endpoint.access === 'key',
  )) {
    const { status } = await ask(url, endpoint.method, { credential: shared.token })
    expect([401, 403], name).toContain(status)
  }
})

test('a session token is 403 where an access token is needed, and one that may only look changes nothing', async ({
  gateway,
  shared,
  connect,
}) => {
  const sandbox = connect()
  const edit = await sandbox.createSessionToken()
  const made = await ask(`${shared.url}/auth/session_tokens`, 'POST', {
    credential: shared.token,
    body: JSON.stringify({ role: 'view' }),
  })
  const view = JSON.parse(made.text) as { id: string; token: string }
  for (const { name, url, endpoint } of targetsOf(gateway, shared)) {
    const { method, access } = endpoint
    const refused = [
      ...(access === 'token' || access === 'own' ? [edit.token] : []),
      ...(access === 'token' || access === 'own' || access === 'edit' ? [view.token] : []),
    ]
    for (const credential of refused)
      expect((await ask(url, method, { credential })).status, `${name} (${access})`).toBe(403)
  }
  for (const { id } of [edit, view]) await sandbox.revokeSessionToken(id)
})

test('a token that is revoked closes every socket it opened, with 1008', async ({ shared, connect }) => {
  const sandbox = connect()
  const { id, token } = await sandbox.createSessionToken()
  const terminal = await sandbox.terminal.create({ pty: true })
  const base = shared.url.replace('http', 'ws')
  const paths = ['/ws?protocol=json', '/events?', '/servers/events?', `/terminals/${terminal.id}/stream?`]
  const sockets = await Promise.all(
    paths.map(async (path) => {
      const socket = new WebSocket(`${base}${path}&token=${token}`)
      await once(socket, 'open')
      return socket
    }),
  )
  const closed = Promise.all(sockets.map(async (socket) => (await once(socket, 'close'))[0]))
  await sandbox.revokeSessionToken(id)
  // A terminal's own stream is piped unparsed, so nothing can be said at its end.
  expect(await closed).toEqual([1008, 1008, 1008, 1006])
  expect((await upgrade(`${shared.url}/ws`, { credential: token })).status).toBe(401)
  await terminal.destroy()
})

async function upgrade(
  url: string,
  { credential, from }: { credential?: string; from?: string },
): Promise<{ status: number; text: string }> {
  const headers = {
    ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
    ...(from === undefined ? {} : { 'x-forwarded-for': from }),
  }
  const socket = new WebSocket(url.replace('http', 'ws'), { headers })
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      socket.terminate()
      resolve({ status: 101, text: 'open' })
    })
    socket.on('unexpected-response', (_request, response) => {
      resolve({ status: response.statusCode ?? 0, text: '' })
      socket.terminate()
    })
    socket.on('error', reject)
  })
}

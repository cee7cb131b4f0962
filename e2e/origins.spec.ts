import { once } from 'node:events'
import { request } from 'node:http'
import WebSocket from 'ws'
import { expect, test } from './fixtures'

/** Shows the headers it got, and tries to leave a cookie everywhere. */
const ECHO_SERVER = [
  "require('http').createServer((request, response) => {",
  "response.setHeader('Set-Cookie', ['stray=1; Domain=localhost; Path=/', 'own=1; Path=/', 'wide=1; Domain=.localhost']);",
  'response.end(JSON.stringify(request.headers));',
  '}).listen(4100)',
].join(' ')

test('a WebSocket is refused to a page of another origin, whatever cookie it brings', async ({
  openSandbox,
  page,
}) => {
  await openSandbox('Blank')
  const { origin } = new URL(page.url())
  const cookies = await page.context().cookies(origin)
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const address = `${origin.replace('http', 'ws')}/events`

  expect(await upgrade(address, { cookie, origin })).toBe('open')
  for (const foreign of ['https://evil.example', origin.replace('//', '//x'), 'null']) {
    expect(await upgrade(address, { cookie, origin: foreign }), foreign).toBe('refused 403')
  }
  expect(await upgrade(address, { origin })).toBe('refused 401')
})

test('a WebSocket at the address of the app is refused to a page of another origin', async ({ server }) => {
  const address = server.url.replace('http', 'ws')
  for (const path of ['/', '/_next/webpack-hmr', '/api/auth/session'])
    for (const foreign of ['https://evil.example', 'null', `${server.url}0`])
      expect(await upgrade(address + path, { origin: foreign }), `${path} from ${foreign}`).toBe(
        'refused 403',
      )
  expect(await upgrade(`${address}/`, { origin: server.url })).toBe('refused 404')
})

/** Names below localhost are the browser's; here they are dialled as what they are. */
async function upgrade(address: string, headers: Record<string, string>): Promise<string> {
  const { host, hostname } = new URL(address)
  const socket = new WebSocket(address.replace(hostname, '127.0.0.1'), { headers: { ...headers, host } })
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      socket.close()
      resolve('open')
    })
    socket.on('unexpected-response', (_request, response) => {
      resolve(`refused ${response.statusCode}`)
      socket.terminate()
    })
    socket.on('error', reject)
  })
}

test('a preview never gets the cookies of the app or of the sandbox, and leaves none there', async ({
  openSandbox,
  page,
  server,
}) => {
  const workbench = await openSandbox('Blank')
  const sandboxOrigin = new URL(page.url()).origin
  await workbench.run(`node -e "${ECHO_SERVER}"`)
  const frame = await workbench.preview(4100)
  await expect(frame.locator('body')).toContainText('user-agent')
  const headers = JSON.parse((await frame.locator('body').innerText()).trim()) as Record<string, string>
  expect(headers.host).toMatch(/localhost/)
  expect(headers.cookie ?? '').not.toMatch(/session|sandlot|next-auth/i)
  expect(headers.authorization).toBeUndefined()

  for (const origin of [server.url, sandboxOrigin]) {
    const names = (await page.context().cookies(origin)).map(({ name }) => name)
    expect(
      names.filter((name) => ['stray', 'own', 'wide'].includes(name)),
      origin,
    ).toEqual([])
  }
})

test('the bare address of a sandbox leads to its workbench', async ({ openSandbox, page }) => {
  const workbench = await openSandbox('Blank')
  await page.goto(new URL('/', page.url()).href)
  await expect(page).toHaveURL(/\/play\/$/)
  await workbench.waitForPrompt()
})

test('a host that is not ours is answered 421, and a sandbox without a token 401', async ({ server }) => {
  expect(await statusFor(server.port, 'evil.example')).toBe(421)
  expect(await statusFor(server.port, `localhost:${server.port}`)).toBeLessThan(400)
  const sandboxes = await server.sandboxes()
  const { sandboxId } = await sandboxes.create({})
  expect((await fetch(`${server.url}/sandboxes/${sandboxId}/sandbox`)).status).toBe(401)
  await sandboxes.delete(sandboxId)
})

async function statusFor(port: number, host: string): Promise<number> {
  const sent = request({ host: '127.0.0.1', port, path: '/sign-in', headers: { host } })
  sent.end()
  const [response] = await once(sent, 'response')
  response.resume()
  return response.statusCode
}

import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Answer, createSandbox, type Stack, startStack } from './stack.test-support'

let stack: Stack
let key: string
let userId: string

beforeAll(async () => {
  stack = await startStack()
  ;({ key, userId } = await stack.newOwner())
})
afterAll(() => stack.stop())

const OVERLAY = { source: '/templates/node', target: 'app' }
const SERVER = { slug: 'web', start: 'python3 -m http.server $PORT', path: 'app', port: 8000 }

it('makes a sandbox with its overlays, and with servers that run on them', async () => {
  const sandbox = await createSandbox(stack, key, { overlays: [OVERLAY], servers: [SERVER] })
  expect(sandbox.overlays).toEqual([{ id: expect.any(String), ...OVERLAY, copy_status: expect.any(String) }])
  expect(sandbox.servers).toEqual([{ slug: 'web', status: expect.any(String) }])
  expect((await sandbox.run('ls app')).stdout).toContain('package.json')
  const ready = async () => (await sandbox.json('GET', '/ready')).servers[0]?.status
  await expect.poll(ready).toMatch(/^(running|ready)$/)
  const page = async () => (await sandbox.run('curl -s localhost:8000')).stdout
  await expect.poll(page).toContain('package.json')
})

it('does so for whoever makes a named one, once, and for a child', async () => {
  const ask = async () => {
    const response = await fetch(`${stack.origin}/v1/sandboxes/find-or-create`, {
      method: 'POST',
      headers: { 'x-computesdk-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'web', overlays: [OVERLAY] }),
    })
    return (await response.json()) as Answer
  }
  const [first, second] = [await ask(), await ask()]
  expect(second.data.sandboxId).toBe(first.data.sandboxId)
  const agent = await stack.sandboxes.connect(first.data.sandboxId)
  expect(await agent.overlays.list()).toHaveLength(1)
  const main = await createSandbox(stack, key)
  const child = await main.json('POST', '/sandboxes', { overlays: [OVERLAY] })
  expect(child.overlays).toMatchObject([OVERLAY])
  expect(await (await stack.sandboxes.connect(child.subdomain)).overlays.list()).toHaveLength(1)
})

it.each([
  [{ overlays: [{ source: '/nothing', target: 'app' }] }, '/nothing'],
  [{ overlays: [{ source: '/templates/node', target: '../app' }] }, 'cannot contain'],
  [{ overlays: [{ target: 'app' }] }, 'overlays.0.source'],
  [{ overlays: Array.from({ length: 33 }, () => OVERLAY) }, 'overlays'],
  [{ servers: [{ slug: 'web' }] }, 'servers.0.start'],
  [{ servers: [{ ...SERVER, slug: 'a/b' }] }, 'servers.0.slug'],
  [{ overlays: [OVERLAY], servers: [{ ...SERVER, path: 'nowhere' }] }, 'nowhere'],
])('leaves nothing of one that asks for %j', async (body, message) => {
  const before = await stack.sandboxes.list(userId)
  const refused = createSandbox(stack, key, body)
  await expect(refused).rejects.toThrow(/^400: /)
  await expect(refused).rejects.toThrow(message)
  expect(await stack.sandboxes.list(userId)).toHaveLength(before.length)
})

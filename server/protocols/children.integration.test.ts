import { once } from 'node:events'
import type { Sandbox } from 'computesdk'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { TestListener } from './computesdk/listener.test-support'
import { publishedClient } from './published-client.test-support'
import { type Answer, createSandbox, type Stack, startStack, type TestSandbox } from './stack.test-support'

let stack: Stack
let key: string
let userId: string
let main: TestSandbox

beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack.stop())
beforeEach(async () => {
  ;({ key, userId } = await stack.newOwner())
  main = await createSandbox(stack, key, { timeout: 600_000, limits: { openFiles: 1024 } })
})

function client({ url, sandboxId } = main, token = main.token): Sandbox {
  return publishedClient({ url, sandboxId, token })
}

const at = ({ url, subdomain }: { url: string; subdomain: string }, token = main.token) =>
  client({ ...main, url, sandboxId: subdomain }, token)
const ids = async () => (await stack.sandboxes.list(userId)).map(({ id }) => id).sort()
const asked = async (url: string, method = 'GET', token = main.token) =>
  (await fetch(url, { method, headers: { authorization: `Bearer ${token}` } })).status

describe("children, by ComputeSDK's client", () => {
  it('are sandboxes of their own, which the access token of the main one opens', async () => {
    const child = await client().child.create({ directory: '/project', envs: { A: 'b' }, name: 'worker' })
    expect(child).toMatchObject({ directory: '/project', is_main: false })
    expect(child.subdomain).not.toBe(main.sandboxId)
    expect((await at(child).runCommand('pwd; echo $A; touch mine')).stdout).toBe('/project\nb\n')
    expect(await client().filesystem.exists('/project/mine')).toBe(false)
    expect((await at(child, key).runCommand('ls')).stdout).toBe('mine\n')
    const { limits, parentId, expiresAt, namespace } = await stack.sandboxes.get(child.subdomain)
    expect([limits.openFiles, parentId, expiresAt, namespace]).toEqual([1024, main.sandboxId, null, null])
  })

  it('are listed behind the main sandbox, whichever of them is asked', async () => {
    const first = await client().child.create()
    const second = await at(first).child.create()
    for (const sandbox of [client(), at(first), at(second)]) {
      const listed = await sandbox.child.list()
      expect(listed.map(({ subdomain, is_main }) => [subdomain, is_main])).toEqual([
        [main.sandboxId, true],
        [first.subdomain, false],
        [second.subdomain, false],
      ])
      const info = await sandbox.getServerInfo()
      expect(info.data).toMatchObject({ main_subdomain: main.sandboxId, sandbox_count: 3 })
    }
    const { servers: _servers, overlays: _overlays, ...box } = first
    expect(await client().child.retrieve(first.subdomain)).toEqual(box)
    expect((await client().child.retrieve(main.sandboxId)).is_main).toBe(true)
  })

  it('are deleted with their files, or left to their owner', async () => {
    const gone = await client().child.create()
    const kept = await client().child.create()
    await at(kept).filesystem.writeFile('note.txt', 'kept')
    await client().child.destroy(gone.subdomain, { deleteFiles: true })
    await client().child.destroy(kept.subdomain)
    expect(await ids()).toEqual([main.sandboxId, kept.subdomain].sort())
    expect((await client().child.list()).map(({ subdomain }) => subdomain)).toEqual([main.sandboxId])
    await expect(client().child.destroy(kept.subdomain)).rejects.toThrow('404')
    const { status, parentId, expiresAt } = await stack.sandboxes.get(kept.subdomain)
    expect([status, parentId, expiresAt]).toEqual(['stopped', null, main.expiresAt])
    expect(await asked(`${kept.url}/files`)).toBe(401)
    await stack.sandboxes.start(kept.subdomain)
    expect(await asked(`${kept.url}/files`)).toBe(401)
    expect(await at(kept, key).filesystem.readFile('note.txt')).toBe('kept')
  })

  it('are told of on every /ws of the family', async () => {
    const told = await TestListener.open(main)
    const child = await client().child.create()
    await told.until(() => told.messages.some(({ type }) => type === 'sandbox.created'))
    const { subdomain, url } = child
    expect(told.messages).toContainEqual({ type: 'sandbox.created', data: { subdomain, url } })
    await client().child.destroy(subdomain, { deleteFiles: true })
    await told.until(() => told.messages.some(({ type }) => type === 'sandbox.deleted'))
    expect(told.messages).toContainEqual({ type: 'sandbox.deleted', data: { subdomain } })
    told.close()
  })

  it("that are left to their owner end what the family's token holds open there", async () => {
    const child = await client().child.create()
    const channels = await TestListener.open({ ...main, url: child.url })
    const events = new WebSocket(`${child.url.replace('http', 'ws')}/events?token=${main.token}`)
    const isOver = once(events, 'close')
    await once(events, 'open')
    await client().child.destroy(child.subdomain)
    expect((await isOver)[0]).toBe(1008)
    await channels.until(() => channels.isClosed)
  })

  it('go with the main sandbox, which is none of them', async () => {
    await client().child.create()
    await client().child.create()
    await expect(client().child.destroy(main.sandboxId, { deleteFiles: true })).rejects.toThrow('400')
    expect(await ids()).toHaveLength(3)
    await stack.sandboxes.delete(main.sandboxId)
    expect(await ids()).toEqual([])
    expect((await stack.provider.list()).map(({ id }) => id)).not.toContain(main.sandboxId)
  })

  it('go with the main sandbox when its time is over', async () => {
    const { sandboxId, url, token } = await createSandbox(stack, key, { timeout: 2500 })
    const { subdomain } = await client({ ...main, sandboxId, url }, token).child.create()
    await new Promise<void>((resolve) => {
      stack.sandboxes.subscribe(subdomain, (event) => event.type === 'deleted' && resolve())
    })
    await expect.poll(ids).toEqual([main.sandboxId])
  })
})

describe('/sandboxes', () => {
  const post = async (body: unknown) => {
    const response = await main.call('POST', '/sandboxes', body as object)
    return { status: response.status, body: (await response.json()) as Answer }
  }

  it.each([
    [{ limits: { openFiles: 1025 } }, 'as its main sandbox'],
    [{ egress: 'all' }, 'network'],
    [{ timeout: 3600_001 }, 'SANDLOT_TIMEOUT_MINUTES'],
    [{ snapshotId: 'x' }, 'not made from a snapshot'],
    [{ templateId: 'nope' }, 'no template'],
    [{ directory: 'relative' }, 'directory'],
    [[], 'body'],
  ])('refuses %j', async (body, message) => {
    const { status, body: answer } = await post(body)
    expect([status, answer.error]).toEqual([400, expect.stringContaining(message)])
    expect(await ids()).toEqual([main.sandboxId])
  })

  it('keeps names of an owner from whoever has the token of one sandbox', async () => {
    expect((await post({ name: 'prod', namespace: 'default' })).status).toBe(201)
    const found = await fetch(`${stack.origin}/v1/sandboxes/find`, {
      method: 'POST',
      headers: { 'x-computesdk-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'prod' }),
    })
    expect(found.status).toBe(404)
  })

  it('counts children in the quota of the owner', async () => {
    const service = stack.openService(stack.provider, {
      quota: { sandboxes: 1, memoryBytes: null, diskBytes: null },
    })
    const owner = await stack.newOwner()
    const options = { userId: owner.userId, apiKeyId: null, accessTokenHash: 'h' }
    const parent = await service.create(options)
    await expect(service.create({ ...options, parent })).rejects.toMatchObject({ code: 'quota_exceeded' })
    await service.delete(parent.id)
    service.close()
  })

  it('lets no stranger in, nor another sandbox, nor a guess about files', async () => {
    const { subdomain } = (await post({})).body
    const other = await createSandbox(stack, key)
    const stranger = await stack.newOwner()
    expect(await asked(`${main.url}/sandboxes`, 'GET', other.token)).toBe(401)
    expect(await asked(`${main.url}/sandboxes`, 'GET', stranger.key)).toBe(404)
    expect(await asked(`${main.url}/sandboxes/${other.sandboxId}`)).toBe(404)
    expect(await asked(`${main.url}/sandboxes/${other.sandboxId}?delete_files=true`, 'DELETE')).toBe(404)
    expect(await asked(`${main.url}/sandboxes/${subdomain}?delete_files=maybe`, 'DELETE')).toBe(400)
    expect(await ids()).toHaveLength(3)
  })

  it('makes none beside a sandbox that is being deleted', async () => {
    const results = await Promise.all([
      stack.sandboxes.delete(main.sandboxId),
      ...Array.from({ length: 5 }, () => main.call('POST', '/sandboxes', {}).then(({ status }) => status)),
    ])
    expect(results.slice(1).every((status) => [201, 401, 404].includes(Number(status)))).toBe(true)
    expect(await ids()).toEqual([])
  })
})

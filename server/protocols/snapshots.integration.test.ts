import { compute } from 'computesdk'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type Answer, createSandbox, type Stack, startStack, type TestSandbox } from './stack.test-support'

const MEGABYTE = 1024 * 1024

let stack: Stack
let owner: { userId: string; key: string }

beforeAll(async () => {
  stack = await startStack()
  owner = await stack.newOwner()
})
afterAll(() => stack.stop())

/** A request to the root API, its answer read as JSON beside its status. */
async function root(method: string, path: string, body?: unknown, key = owner.key) {
  const response = await fetch(stack.origin + path, {
    method,
    headers: { 'content-type': 'application/json', 'x-computesdk-api-key': key },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, ...((await response.json()) as Answer) }
}
const made = (body: object = {}) => createSandbox(stack, owner.key, body)
const snapshotOf = async ({ sandboxId }: { sandboxId: string }, more: object = {}) =>
  (await root('POST', '/v1/snapshots', { sandboxId, ...more })).data

describe('the published client', () => {
  it('makes, lists and deletes snapshots, and makes a sandbox of one', async () => {
    vi.stubGlobal('WebSocket', WebSocket)
    compute.setConfig({
      provider: 'computesdk',
      computesdkApiKey: owner.key,
      gatewayUrl: stack.origin,
      computesdk: { computesdk_api_key: 'x' },
    })
    const sandbox = await compute.sandbox.create({ directory: '/project', envs: { KEPT: 'yes' } })
    await sandbox.filesystem.writeFile('/project/file', 'as it was')
    const snapshot = await compute.snapshot.create(sandbox.sandboxId, {
      name: 'first',
      metadata: { by: 'me' },
    })
    expect(snapshot).toMatchObject({ provider: 'bubblewrap', metadata: { by: 'me' } })
    expect(new Date(snapshot.createdAt).getTime()).toBeGreaterThan(Date.now() - 60_000)
    expect((await compute.snapshot.list()).map(({ id }) => id)).toEqual([snapshot.id])
    await sandbox.filesystem.writeFile('/project/file', 'as it is')
    await sandbox.destroy()

    const copy = await compute.sandbox.create({ snapshotId: snapshot.id })
    const { stdout } = await copy.runCommand('pwd; cat file; echo $KEPT')
    expect(stdout).toBe('/project\nas it wasyes\n')
    await copy.destroy()
    await compute.snapshot.delete(snapshot.id)
    expect(await compute.snapshot.list()).toEqual([])
    vi.unstubAllGlobals()
  })
})

describe('a sandbox made of a snapshot', () => {
  it('has its template, directory and environment unless told otherwise', async () => {
    const sandbox = await made({ templateId: 'python', envs: { A: '1', B: '2' } })
    await sandbox.run('rm README.md; echo "# mine" >> server.py')
    const { id } = await snapshotOf(sandbox)
    const copy = await made({ snapshotId: id, envs: { B: '3' } })
    expect(copy.templateId).toBe('python')
    expect((await copy.run('echo $A $B; ls README.md; tail -1 server.py')).stdout).toBe('1 3\n# mine\n')
    const elsewhere = await made({ snapshotId: id, directory: '/elsewhere' })
    expect((await elsewhere.run('pwd; tail -1 /workspace/server.py')).stdout).toBe('/elsewhere\n# mine\n')
    // Stopped and started, it keeps its own files.
    await elsewhere.run('echo own > note')
    await stack.sandboxes.stop(elsewhere.sandboxId)
    await stack.sandboxes.start(elsewhere.sandboxId)
    expect((await elsewhere.run('cat note')).stdout).toBe('own\n')
  })

  it('is refused for a snapshot that is none, or of which something cannot be had', async () => {
    const other = await stack.newOwner()
    const sandbox = await made()
    const { id } = await snapshotOf(sandbox)
    const create = (body: object, key?: string) => root('POST', '/v1/sandboxes', body, key)
    for (const snapshotId of ['nothing', '../../etc', ''])
      expect(await create({ snapshotId })).toMatchObject({ status: 404, code: 'not_found' })
    expect(await create({ snapshotId: id }, other.key)).toMatchObject({ status: 404, code: 'not_found' })
    expect(await create({ snapshotId: 7 })).toMatchObject({ status: 400, code: 'bad_request' })
    expect(await create({ snapshotId: id, templateId: 'node' })).toMatchObject({ status: 400 })
    await sandbox.run('head -c 20000000 /dev/urandom > big')
    const { id: large } = await snapshotOf(sandbox)
    const small = { snapshotId: large, limits: { diskMb: 16 } }
    expect(await create(small)).toMatchObject({ status: 413, code: 'too_large' })
    expect(await create({ snapshotId: large, limits: { diskMb: 64 } })).toMatchObject({ status: 201 })
  })
})

describe('/v1/snapshots', () => {
  it('answers whole, with what the client reads and more', async () => {
    const { sandboxId } = await made()
    const answer = await root('POST', '/v1/snapshots', { sandboxId, name: ' a name ', metadata: { n: 1 } })
    expect(answer).toEqual({
      status: 201,
      success: true,
      data: {
        id: expect.stringMatching(/^snap-[a-z0-9]{16}$/),
        sandboxId,
        provider: 'bubblewrap',
        name: 'a name',
        metadata: { n: 1 },
        sizeBytes: expect.any(Number),
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    })
    const list = await root('GET', '/v1/snapshots')
    expect(list.data[0]).toEqual(answer.data)
    expect(await root('DELETE', `/v1/snapshots/${answer.data.id}`)).toEqual({ status: 200, success: true })
    expect(await root('DELETE', `/v1/snapshots/${answer.data.id}`)).toMatchObject({ status: 404 })
  })

  it("shows and gives up nobody else's", async () => {
    const other = await stack.newOwner()
    const { sandboxId } = await made()
    const { id } = await snapshotOf({ sandboxId })
    expect((await root('GET', '/v1/snapshots', undefined, other.key)).data).toEqual([])
    expect(await root('DELETE', `/v1/snapshots/${id}`, undefined, other.key)).toMatchObject({ status: 404 })
    expect(await root('POST', '/v1/snapshots', { sandboxId }, other.key)).toMatchObject({ status: 404 })
    expect(await root('GET', '/v1/snapshots', undefined, 'nobody')).toMatchObject({ status: 401 })
    expect((await root('GET', '/v1/snapshots')).data.map((each: Answer) => each.id)).toContain(id)
  })

  it.each([
    ['no sandbox', {}, 400],
    ['a number for one', { sandboxId: 7 }, 400],
    ['an unknown one', { sandboxId: 'nothing' }, 404],
    ['a NUL in it', { sandboxId: 'a\0b' }, 400],
    ['a name of two lines', { sandboxId: 'x', name: 'a\nb' }, 400],
    ['a name without end', { sandboxId: 'x', name: 'a'.repeat(129) }, 400],
    ['metadata that is a list', { sandboxId: 'x', metadata: [1] }, 400],
    ['a body that is a list', [], 400],
  ])('refuses %s', async (_what, body, status) => {
    expect(await root('POST', '/v1/snapshots', body)).toMatchObject({
      status,
      success: false,
      error: expect.any(String),
    })
  })

  it('refuses metadata that is too large, and takes null for nothing', async () => {
    const { sandboxId } = await made()
    const large = { sandboxId, metadata: { text: 'x'.repeat(300_000) } }
    expect(await root('POST', '/v1/snapshots', large)).toMatchObject({ status: 413, code: 'too_large' })
    expect(await snapshotOf({ sandboxId }, { name: null, metadata: null })).toMatchObject({
      name: null,
      metadata: {},
    })
  })
})

describe("snapshots at a sandbox's own address", () => {
  const restore = async (sandbox: TestSandbox, snapshotId: unknown) => {
    const response = await sandbox.call('POST', '/sandbox/restore', { snapshotId })
    return { http: response.status, ...((await response.json()) as Answer) }
  }

  it('are made, listed, restored and deleted there, of this sandbox alone', async () => {
    const sandbox = await made()
    await sandbox.run('echo first > note')
    const snapshot = await sandbox.json('POST', '/sandbox/snapshots', { name: 'before' })
    expect(snapshot).toMatchObject({ name: 'before', size_bytes: expect.any(Number) })
    expect(await sandbox.json('GET', '/sandbox/snapshots')).toEqual({ snapshots: [snapshot] })

    await sandbox.run('echo second > note; echo new > new; setsid sleep 600 >/dev/null 2>&1 &')
    const restored = await restore(sandbox, snapshot.id)
    expect([restored.http, restored.status]).toEqual([200, 'running'])
    expect((await sandbox.run('cat note; ls; pgrep -c sleep')).stdout).toBe('first\nnote\n0\n')

    const other = await made()
    expect(await other.json('GET', '/sandbox/snapshots')).toEqual({ snapshots: [] })
    expect((await restore(other, snapshot.id)).http).toBe(404)
    expect((await other.call('DELETE', `/sandbox/snapshots/${snapshot.id}`)).status).toBe(404)
    expect((await sandbox.call('DELETE', `/sandbox/snapshots/${snapshot.id}`)).status).toBe(204)
    expect((await restore(sandbox, snapshot.id)).http).toBe(404)
  })

  it('restore a stopped sandbox and leave it stopped', async () => {
    const sandbox = await made()
    await sandbox.run('echo first > note')
    const { id } = await snapshotOf(sandbox)
    await sandbox.run('echo second > note')
    await sandbox.call('POST', '/sandbox/stop')
    // Of a stopped one as well.
    const { id: second } = await snapshotOf(sandbox)
    expect((await restore(sandbox, id)).status).toBe('stopped')
    await sandbox.call('POST', '/sandbox/start')
    expect((await sandbox.run('cat note')).stdout).toBe('first\n')
    await restore(sandbox, second)
    expect((await sandbox.run('cat note')).stdout).toBe('second\n')
  })

  it('leave the sandbox running on its own files where a restoration fails', async () => {
    const sandbox = await made()
    await sandbox.run('echo mine > note')
    const { id } = await snapshotOf(sandbox)
    await stack.provider.deleteSnapshot(id)
    expect(await restore(sandbox, id)).toMatchObject({ http: 404, code: 'not_found' })
    expect((await sandbox.run('cat note')).stdout).toBe('mine\n')
  })

  it('are for the role own', async () => {
    const sandbox = await made()
    const { id } = await snapshotOf(sandbox)
    const { token } = await stack.access.createSessionToken(sandbox.sandboxId, { role: 'edit' })
    const asEditor = { authorization: `Bearer ${token}` }
    for (const [method, path, body] of [
      ['GET', '/sandbox/snapshots'],
      ['POST', '/sandbox/snapshots', {}],
      ['DELETE', `/sandbox/snapshots/${id}`],
      ['POST', '/sandbox/restore', { snapshotId: id }],
    ] as const)
      expect((await sandbox.call(method, path, body, asEditor)).status, `${method} ${path}`).toBe(403)
    for (const body of [{}, { snapshotId: '' }, { snapshotId: 1 }, []])
      expect((await sandbox.call('POST', '/sandbox/restore', body)).status).toBe(400)
    expect((await sandbox.call('POST', '/sandbox/snapshots', { name: 'a\u202eb' })).status).toBe(400)
    expect((await sandbox.call('PUT', '/sandbox/snapshots', {})).status).toBe(405)
  })
})

describe('the service', () => {
  it('counts snapshots with the disk of their owner', async () => {
    const limits = {
      memoryBytes: null,
      cpus: null,
      processes: 256,
      diskBytes: 64 * MEGABYTE,
      openFiles: 4096,
    }
    const quota = { sandboxes: null, memoryBytes: null, diskBytes: 74 * MEGABYTE }
    const service = stack.openService(stack.provider, { limits, quota })
    const snapshots = stack.openSnapshots(service)
    const { userId } = await stack.newOwner()
    const sandbox = await service.create({ userId, apiKeyId: null, accessTokenHash: 'h' })
    const agent = await service.connect(sandbox.id)
    await agent.run({ command: 'head -c 6000000 /dev/urandom > file' })
    const first = await snapshots.create(sandbox, {})
    const exceeded = { code: 'quota_exceeded', message: expect.stringContaining('snapshots') }
    await expect(snapshots.create(sandbox, {})).rejects.toMatchObject(exceeded)
    expect((await snapshots.list(userId)).map(({ id }) => id)).toEqual([first.id])
    await snapshots.delete(first)
    // Those who ask at once do not take the same room twice.
    const both = await Promise.allSettled([1, 2].map(() => snapshots.create(sandbox, {})))
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(await snapshots.list(userId)).toHaveLength(1)
    expect(await stack.snapshotStore.listBySandbox(sandbox.id)).toHaveLength(1)
    await service.delete(sandbox.id)
    service.close()
  })

  it('removes at its start what an earlier process did not finish, and touches no files without a record', async () => {
    const sandbox = await made()
    const whole = await snapshotOf(sandbox)
    const row = await stack.snapshotStore.get(whole.id)
    if (!row) throw new Error('There is no record of it.')
    await stack.snapshotStore.insert({ ...row, id: 'half', status: 'making' })
    await stack.provider.snapshot(sandbox.sandboxId, 'half', null)
    await stack.provider.snapshot(sandbox.sandboxId, 'unknown', null)
    await stack.openSnapshots(stack.openService()).recover()
    const left = (await stack.provider.listSnapshots()).map(({ id }) => id)
    expect(left).toEqual(expect.arrayContaining([whole.id, 'unknown']))
    expect(left).not.toContain('half')
    expect(await stack.snapshotStore.get('half')).toBeNull()
  })

  it('gives up a snapshot of a sandbox that is deleted meanwhile, and leaves nothing of it', async () => {
    const sandbox = await made()
    await sandbox.run('seq 1 30000 | (mkdir many; cd many; xargs touch)')
    const asking = root('POST', '/v1/snapshots', { sandboxId: sandbox.sandboxId })
    await vi.waitFor(async () => {
      const rows = await stack.snapshotStore.listAll()
      expect(rows.some((row) => row.sandbox_id === sandbox.sandboxId)).toBe(true)
    })
    await root('DELETE', `/v1/sandboxes/${sandbox.sandboxId}`)
    expect(await asking).toMatchObject({ status: 404, code: 'sandbox_not_found' })
    const rows = await stack.snapshotStore.listAll()
    expect(rows.filter((row) => row.sandbox_id === sandbox.sandboxId)).toEqual([])
  })
})

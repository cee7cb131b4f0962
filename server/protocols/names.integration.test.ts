import { compute } from 'computesdk'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { NamedSandboxes } from '../sandbox/named-sandboxes'
import { rowOf } from '../sandbox/sandbox-record'
import { type Answer, type Stack, startStack } from './stack.test-support'

const HOUR_MS = 3600_000

let stack: Stack
let key: string
let userId: string

beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack.stop())
beforeEach(async () => {
  ;({ key, userId } = await stack.newOwner())
  useKey(key)
})

function useKey(apiKey: string, gatewayUrl = stack.origin): void {
  compute.setConfig({
    provider: 'e2b',
    e2b: { apiKey: 'of no use here' },
    computesdkApiKey: apiKey,
    gatewayUrl,
    // biome-ignore lint/suspicious/noExplicitAny: the client names the browser's class, and Node 20 has none
    WebSocket: WebSocket as any,
  })
}

async function post(path: string, body: unknown, apiKey = key) {
  const response = await fetch(stack.origin + path, {
    method: 'POST',
    headers: { 'x-computesdk-api-key': apiKey, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Answer }
}

const idsOf = async (owner = userId) => (await stack.sandboxes.list(owner)).map(({ id }) => id)

describe("ComputeSDK's gateway client", () => {
  it('makes, gets, finds and destroys, also where its gateway ends in a slash', async () => {
    useKey(key, `${stack.origin}/`)
    const made = await compute.sandbox.create({ name: 'web', directory: '/project', envs: { A: 'b' } })
    expect((await made.runCommand('pwd; echo $A')).stdout).toBe('/project\nb\n')
    expect((await made.getInfo()).metadata).toMatchObject({ name: 'web', namespace: 'default' })
    // Without a token in the answers, the client uses the API key inside.
    for (const again of [
      await compute.sandbox.getById(made.sandboxId),
      await compute.sandbox.find({ name: 'web' }),
      await compute.sandbox.findOrCreate({ name: 'web', directory: '/elsewhere' }),
    ]) {
      expect(again?.sandboxId).toBe(made.sandboxId)
      expect((await again?.runCommand('pwd'))?.stdout).toBe('/project\n')
    }
    await compute.sandbox.destroy(made.sandboxId)
    await compute.sandbox.destroy(made.sandboxId)
    expect(await compute.sandbox.getById(made.sandboxId)).toBeNull()
    expect(await compute.sandbox.find({ name: 'web' })).toBeNull()
  })

  it('extends a life, and hears nothing of one that is over', async () => {
    const sandbox = await compute.sandbox.create({ timeout: 60_000 })
    await compute.sandbox.extendTimeout(sandbox.sandboxId)
    const { expiresAt } = await stack.sandboxes.get(sandbox.sandboxId)
    expect(Date.parse(expiresAt ?? '') - Date.now()).toBeGreaterThan(14 * 60_000)
    await expect(compute.sandbox.extendTimeout(sandbox.sandboxId, { duration: 2 * HOUR_MS })).rejects.toThrow(
      'SANDLOT_TIMEOUT_MINUTES',
    )
    await sandbox.destroy()
    await compute.sandbox.extendTimeout(sandbox.sandboxId)
  })

  it('is told why, where it asks for what there is not', async () => {
    await expect(compute.sandbox.create({ templateId: 'nope' })).rejects.toThrow('There is no template nope')
    await expect(compute.sandbox.create({ timeout: 2 * HOUR_MS })).rejects.toThrow('SANDLOT_TIMEOUT_MINUTES')
    const sandbox = await compute.sandbox.create({ image: 'node:20', metadata: { course: 'cs1' } })
    const { metadata } = await sandbox.getInfo()
    expect(metadata).toMatchObject({ course: 'cs1' })
    expect(metadata?.sandlot_notices).toEqual([expect.stringContaining('node:20 is not used')])
  })
})

describe('find-or-create', () => {
  it('makes one for fifty who ask at once, in a quota of one', async () => {
    const service = stack.openService(stack.provider, {
      quota: { sandboxes: 1, memoryBytes: null, diskBytes: null },
    })
    const names = new NamedSandboxes(service, stack.store)
    const options = { userId, apiKeyId: null, accessTokenHash: 'h', namespace: 'n', name: 'one' }
    const found = await Promise.all(Array.from({ length: 50 }, () => names.findOrCreate(options)))
    expect(new Set(found.map(({ sandbox }) => sandbox.id)).size).toBe(1)
    expect(found.filter(({ isNew }) => isNew)).toHaveLength(1)
    service.close()
  })

  it('makes one for fifty clients, and gives a token to whoever made it', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => post('/v1/sandboxes/find-or-create', { name: 'race' })),
    )
    expect(new Set(answers.map(({ body }) => body.data.sandboxId)).size).toBe(1)
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.data.token !== undefined)).toHaveLength(1)
    expect(await idsOf()).toHaveLength(1)
    const sandboxes = await Promise.all(
      Array.from({ length: 50 }, () => compute.sandbox.findOrCreate({ name: 'race2', namespace: 'x' })),
    )
    expect(new Set(sandboxes.map(({ sandboxId }) => sandboxId)).size).toBe(1)
    expect(await idsOf()).toHaveLength(2)
  })

  it('makes one where two servers share a database', async () => {
    const second = stack.openService()
    const sides = [new NamedSandboxes(stack.sandboxes, stack.store), new NamedSandboxes(second, stack.store)]
    const options = { userId, apiKeyId: null, accessTokenHash: 'h', namespace: 'n', name: 'both' }
    const found = await Promise.all(Array.from({ length: 20 }, (_, i) => sides[i % 2]?.findOrCreate(options)))
    expect(new Set(found.map((each) => each?.sandbox.id)).size).toBe(1)
    expect(await idsOf()).toHaveLength(1)
    second.close()
  })

  it('says that it is being made while another server makes it, and makes it anew after a crash', async () => {
    const { body } = await post('/v1/sandboxes', {})
    const sandbox = await stack.sandboxes.get(body.data.sandboxId)
    const half = {
      ...sandbox,
      id: 'shalfmade1234567',
      name: 'half',
      namespace: 'default',
      status: 'starting',
    }
    await stack.store.insert(rowOf(half as typeof sandbox, { agentSecretSealed: 'x', accessTokenHash: 'x' }))
    for (const path of ['/v1/sandboxes/find', '/v1/sandboxes/find-or-create']) {
      const { status, body: found } = await post(path, { name: 'half' })
      expect([status, found.data.status, found.data.sandboxId]).toEqual([200, 'creating', half.id])
    }
    // The start after the crash.
    const next = stack.openService()
    await next.recover()
    next.close()
    expect((await post('/v1/sandboxes/find', { name: 'half' })).status).toBe(404)
    const made = await post('/v1/sandboxes/find-or-create', { name: 'half' })
    expect([made.status, made.body.data.status]).toEqual([201, 'running'])
    expect(made.body.data.sandboxId).not.toBe(half.id)
  })

  it('drops what has expired or lost its files', async () => {
    const first = (await post('/v1/sandboxes/find-or-create', { name: 'stale' })).body.data
    await stack.store.update(first.sandboxId, { status: 'failed' })
    expect((await post('/v1/sandboxes/find', { name: 'stale' })).status).toBe(404)
    const second = (await post('/v1/sandboxes/find-or-create', { name: 'stale' })).body.data
    await stack.store.update(second.sandboxId, { expires_at: new Date(0).toISOString() })
    expect((await post('/v1/sandboxes/find', { name: 'stale' })).status).toBe(404)
    const third = await post('/v1/sandboxes', { name: 'stale' })
    expect(third.status).toBe(201)
    // Its owner still sees the one that failed; the expired one is gone.
    expect((await idsOf()).sort()).toEqual([first.sandboxId, third.body.data.sandboxId].sort())
  })

  it('starts what was stopped, on its files', async () => {
    const sandbox = await compute.sandbox.findOrCreate({ name: 'asleep' })
    await sandbox.filesystem.writeFile('kept.txt', 'kept')
    await stack.sandboxes.stop(sandbox.sandboxId)
    const again = await compute.sandbox.find({ name: 'asleep' })
    expect(again?.sandboxId).toBe(sandbox.sandboxId)
    expect(await again?.filesystem.readFile('kept.txt')).toBe('kept')
  })

  it('keeps namespaces, owners and the dashboard apart', async () => {
    const other = await stack.newOwner()
    const made = await Promise.all([
      post('/v1/sandboxes/find-or-create', { name: 'same' }),
      post('/v1/sandboxes/find-or-create', { name: 'same', namespace: 'b' }),
      post('/v1/sandboxes/find-or-create', { name: 'same' }, other.key),
    ])
    expect(new Set(made.map(({ body }) => body.data.sandboxId)).size).toBe(3)
    const byHand = { userId, apiKeyId: null, accessTokenHash: 'h', name: 'by hand' }
    await stack.sandboxes.create(byHand)
    await stack.sandboxes.create(byHand)
    expect((await post('/v1/sandboxes/find', { name: 'by hand' })).status).toBe(404)
  })

  it('refuses a name that is taken to a plain creation', async () => {
    await post('/v1/sandboxes', { name: 'taken' })
    expect(await post('/v1/sandboxes', { name: 'taken', namespace: 'default' })).toMatchObject({
      status: 409,
      body: { success: false, code: 'already_exists' },
    })
    const unnamed = await Promise.all([1, 2].map(() => post('/v1/sandboxes', { namespace: 'default' })))
    expect(unnamed.map(({ status }) => status)).toEqual([201, 201])
  })

  it('refuses bodies and keys that mean nothing', async () => {
    for (const path of ['/v1/sandboxes/find', '/v1/sandboxes/find-or-create']) {
      for (const body of [{}, { name: '' }, { name: 5 }, { name: 'a\nb' }, { name: 'x'.repeat(129) }, []])
        expect((await post(path, body)).body.code, JSON.stringify(body)).toBe('bad_request')
      expect((await post(path, { name: 'a', namespace: '' })).status).toBe(400)
      expect((await post(path, { name: 'a' }, 'sl_wrong')).status).toBe(401)
    }
    const { token } = (await post('/v1/sandboxes', {})).body.data
    expect((await post('/v1/sandboxes/find', { name: 'a' }, token)).status).toBe(401)
  })
})

describe('POST /v1/sandboxes/{id}/extend', () => {
  const extend = (id: string, body: unknown, apiKey = key) => post(`/v1/sandboxes/${id}/extend`, body, apiKey)

  it('never shortens, and outlives the end that was set before', async () => {
    const { sandboxId } = (await post('/v1/sandboxes', { timeout: 1500 })).body.data
    const before = Date.now()
    const extended = (await extend(sandboxId, { duration: 600_000 })).body.data.expiresAt
    expect(Date.parse(extended)).toBeGreaterThanOrEqual(before + 600_000)
    expect((await extend(sandboxId, { duration: 1 })).body.data.expiresAt).toBe(extended)
    const { sandboxId: watched } = (await post('/v1/sandboxes', { timeout: 2500 })).body.data
    await new Promise<void>((resolve) => {
      stack.sandboxes.subscribe(watched, (event) => event.type === 'deleted' && resolve())
    })
    expect(await idsOf()).toEqual([sandboxId])
  })

  it('refuses what has no meaning, another owner and a key that is none', async () => {
    const { sandboxId } = (await post('/v1/sandboxes', {})).body.data
    for (const duration of [0, -1, 1.5, '900000', null, 1e308, 400 * 24 * HOUR_MS])
      expect((await extend(sandboxId, { duration })).body.code, String(duration)).toBe('bad_request')
    const stranger = await stack.newOwner()
    expect((await extend(sandboxId, {}, stranger.key)).status).toBe(404)
    expect((await extend(sandboxId, {}, 'sl_wrong')).status).toBe(401)
    expect((await extend('snothing12345678', {})).status).toBe(404)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIMIT_BOUNDS } from '@/lib/protocol/sandboxes'
import { type Answer, createSandbox, type Stack, startStack } from './stack.test-support'

const MEGABYTE = 1024 * 1024

/** Fields of a creation, values that mean nothing, and what is said about them. */
const WITHOUT_MEANING: [string, unknown, string][] = [
  ['limits', [], 'must be an object with some of memoryMb, cpus, processes, diskMb, openFiles'],
  ['limits', 5, 'must be an object with some of'],
  ['limits', null, 'must be an object with some of'],
  ['limits', { memory: 512 }, 'must be an object with some of'],
  ...['memoryMb', 'processes', 'diskMb', 'openFiles'].flatMap((name) =>
    [0, -1, 100.5, 1e308, '512', null, true, [512]].map((value): [string, unknown, string] => [
      'limits',
      { [name]: value },
      `limits.${name}: must be a whole number from `,
    ]),
  ),
  ...[0, -1, 0.01, 1e308, '1', null].map((value): [string, unknown, string] => [
    'limits',
    { cpus: value },
    'limits.cpus: must be a number from 0.1 to 1024',
  ]),
  ...[0, -1, 999, 1000.5, 1e308, '5000', null].map((value): [string, unknown, string] => [
    'timeout',
    value,
    'timeout: must be a whole number from 1000 to ',
  ]),
]

/** Line ends, a mark that turns text around, half a character. */
const UNSEEN = ['\n', '\r', '\0', '\u0085', '\u2028', '\u202e', '\u2066', '\u200f', '\ud800', '\udc00']

let stack: Stack
let key: string
let userId: string

beforeAll(async () => {
  stack = await startStack()
  ;({ key, userId } = await stack.newOwner())
})
afterAll(() => stack.stop())

async function call(method: string, path: string, body?: unknown, apiKey = key) {
  const response = await fetch(stack.origin + path, {
    method,
    headers: {
      'x-computesdk-api-key': apiKey,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer }
}

describe('POST /v1/sandboxes', () => {
  it('makes a sandbox that runs commands in its directory with its environment', async () => {
    const sandbox = await createSandbox(stack, key, {
      directory: '/project/x',
      envs: { GREETING: 'hello' },
      name: 'mine',
    })
    expect(sandbox).toMatchObject({
      name: 'mine',
      provider: 'bubblewrap',
      status: 'running',
      statusReason: null,
    })
    expect(sandbox.sandboxId).toMatch(/^[a-z0-9]{12,}$/)
    expect((await sandbox.run('pwd; echo $GREETING')).stdout).toBe('/project/x\nhello\n')
  })

  it('writes the files of a template', async () => {
    const sandbox = await createSandbox(stack, key, { templateId: 'node' })
    const { data } = await sandbox.json('GET', '/files?path=/workspace')
    expect(data.files.map((file: Answer) => file.name)).toContain('package.json')
  })

  it('refuses an unknown template, a bad body and a missing key', async () => {
    expect(await call('POST', '/v1/sandboxes', { templateId: 'nope' })).toMatchObject({
      status: 400,
      body: { success: false, code: 'template_not_found' },
    })
    expect(await call('POST', '/v1/sandboxes', { timeout: 'soon' })).toMatchObject({
      status: 400,
      body: { code: 'bad_request' },
    })
    expect(await call('POST', '/v1/sandboxes', { directory: '/a/../b' })).toMatchObject({
      status: 400,
      body: { code: 'invalid_path' },
    })
    expect((await call('POST', '/v1/sandboxes', {}, 'sl_wrong')).status).toBe(401)
  })

  it.each(WITHOUT_MEANING)('refuses %s of %j', async (name, value, message) => {
    const { status, body } = await call('POST', '/v1/sandboxes', { [name]: value })
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'bad_request' })
    expect(body.error).toContain(message)
  })

  it.each(UNSEEN)('refuses a name with %j in it, of a sandbox as of a key', async (sign) => {
    for (const [path, field] of [
      ['/v1/sandboxes', 'name'],
      ['/v1/sandboxes', 'namespace'],
      ['/v1/keys', 'name'],
    ] as const) {
      const { status, body } = await call('POST', path, { [field]: `a${sign}b` })
      expect([status, body.code], `${path} ${field}`).toEqual([400, 'bad_request'])
      expect(body.error).toContain(`${field}: must not have control characters`)
    }
  })

  it('refuses deep metadata, and reads the rest of it so that the connection can go on', async () => {
    const response = await fetch(`${stack.origin}/v1/sandboxes`, {
      method: 'POST',
      headers: { 'x-computesdk-api-key': key, 'content-type': 'application/json' },
      body: `{"metadata":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`,
    })
    expect([response.status, ((await response.json()) as Answer).code]).toEqual([400, 'bad_request'])
    expect(response.headers.get('connection')).toBe('keep-alive')
  })

  it.each(['NaN', '1e309', '-Infinity', '0x10'])('refuses a limit of %s as it stands', async (text) => {
    const response = await fetch(`${stack.origin}/v1/sandboxes`, {
      method: 'POST',
      headers: { 'x-computesdk-api-key': key, 'content-type': 'application/json' },
      body: `{"limits":{"memoryMb":${text}}}`,
    })
    expect([response.status, ((await response.json()) as Answer).code]).toEqual([400, 'bad_request'])
  })

  it('refuses more than the settings allow, with the name of the setting', async () => {
    const refused = await call('POST', '/v1/sandboxes', { limits: { memoryMb: 513 } })
    expect(refused).toMatchObject({ status: 400, body: { success: false, code: 'bad_request' } })
    expect(refused.body.error).toContain('512 MB of memory at most (SANDLOT_MEMORY_MB)')
    expect((await call('POST', '/v1/sandboxes', { timeout: 3600_001 })).status).toBe(400)
    expect((await call('POST', '/v1/sandboxes', { egress: 'all' })).status).toBe(400)
  })

  it('takes the most and the least that has a meaning where the settings have no limit', async () => {
    const none = { memoryBytes: null, cpus: null, processes: null, diskBytes: null, openFiles: null }
    const service = stack.openService(stack.provider, { limits: none })
    // An ordinary user without control groups has neither of these, and asking for one is refused.
    const isRoot = process.getuid?.() === 0
    for (const bound of ['max', 'min'] as const) {
      const limits = {
        ...(isRoot
          ? { memoryBytes: LIMIT_BOUNDS.memoryMb[bound] * MEGABYTE, cpus: LIMIT_BOUNDS.cpus[bound] }
          : {}),
        // The agent has threads of its own.
        processes: bound === 'max' ? LIMIT_BOUNDS.processes.max : 64,
        diskBytes: LIMIT_BOUNDS.diskMb[bound] * MEGABYTE,
        openFiles: LIMIT_BOUNDS.openFiles[bound],
      }
      const { id, status } = await service.create({ userId, apiKeyId: null, accessTokenHash: 'h', limits })
      expect(status, bound).toBe('running')
      await service.delete(id)
    }
    service.close()
  })

  it('lets pass what clients of ComputeSDK say that means nothing here', async () => {
    const { sandboxId } = await createSandbox(stack, key, { runtime: 'node', image: null })
    await stack.sandboxes.delete(sandboxId)
  })

  it('makes twenty at once', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => createSandbox(stack, key)))
    const answers = await Promise.all(made.map((sandbox) => sandbox.run('echo ready')))
    expect(answers.map(({ stdout }) => stdout)).toEqual(made.map(() => 'ready\n'))
    await Promise.all(made.map(({ sandboxId }) => call('DELETE', `/v1/sandboxes/${sandboxId}`)))
  })

  it('holds an owner to the quota, also when all come at once', async () => {
    const owner = await stack.newOwner()
    const answers = await Promise.all(
      Array.from({ length: 45 }, () => call('POST', '/v1/sandboxes', {}, owner.key)),
    )
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(5)
    expect(refused[0]?.body).toMatchObject({ success: false, code: 'quota_exceeded' })
    const made = await stack.sandboxes.list(owner.userId)
    expect(made).toHaveLength(40)
    await Promise.all(made.map(({ id }) => stack.sandboxes.delete(id)))
  })
})

describe('an owner', () => {
  it.each([
    ['memory', { memoryBytes: 1024 * MEGABYTE, diskBytes: null }],
    ['disk', { memoryBytes: null, diskBytes: 1024 * MEGABYTE }],
  ])('has so much %s for all sandboxes together, given back with each', async (what, quota) => {
    const limits = { memoryBytes: null, cpus: null, processes: 256, diskBytes: null, openFiles: 4096 }
    const half = {
      ...limits,
      ...(what === 'memory' ? { memoryBytes: 512 * MEGABYTE } : { diskBytes: 512 * MEGABYTE }),
    }
    const service = stack.openService(stack.provider, { limits: half, quota: { sandboxes: null, ...quota } })
    const owner = await stack.newOwner()
    const options = { userId: owner.userId, apiKeyId: null, accessTokenHash: 'h' }
    const [first] = [await service.create(options), await service.create(options)]
    await expect(service.create(options)).rejects.toMatchObject({
      code: 'quota_exceeded',
      message: `Your sandboxes may have 1024 MB of ${what} together. Delete one that you no longer need.`,
    })
    await service.delete(first.id)
    await service.create(options)
    for (const { id } of await service.list(owner.userId)) await service.delete(id)
    service.close()
  })
})

describe('a sandbox of another owner', () => {
  it('is answered like one that does not exist', async () => {
    const { sandboxId, url } = await createSandbox(stack, key)
    const stranger = await stack.newOwner()
    for (const [method, path] of [
      ['GET', `/v1/sandboxes/${sandboxId}`],
      ['DELETE', `/v1/sandboxes/${sandboxId}`],
      ['POST', `/v1/sandboxes/${sandboxId}/stop`],
    ] as const) {
      expect((await call(method, path, undefined, stranger.key)).body.code).toBe('sandbox_not_found')
    }
    const inside = await fetch(`${url}/sandbox`, { headers: { authorization: `Bearer ${stranger.key}` } })
    expect(inside.status).toBe(404)
  })
})

describe('the life of a sandbox', () => {
  it('is listed, found, and gone after its deletion', async () => {
    const { sandboxId } = await createSandbox(stack, key, { metadata: { course: 'cs1' } })
    const listed = (await call('GET', '/v1/sandboxes')).body.data
    expect(listed[0]).toMatchObject({ sandboxId, metadata: { course: 'cs1' } })
    expect(listed[0]).not.toHaveProperty('token')
    expect((await call('GET', `/v1/sandboxes/${sandboxId}`)).body.data.sandboxId).toBe(sandboxId)
    expect(await call('DELETE', `/v1/sandboxes/${sandboxId}`)).toMatchObject({
      status: 200,
      body: { success: true },
    })
    expect((await call('GET', `/v1/sandboxes/${sandboxId}`)).status).toBe(404)
    expect((await stack.provider.list()).map(({ id }) => id)).not.toContain(sandboxId)
  })

  it('keeps its files over stop and start, and says what it needs meanwhile', async () => {
    const sandbox = await createSandbox(stack, key, { envs: { KEPT: 'yes' } })
    await sandbox.call('POST', '/files', { path: 'note.txt', content: 'still here' })
    expect((await call('POST', `/v1/sandboxes/${sandbox.sandboxId}/stop`)).body.data.status).toBe('stopped')
    expect(await (await sandbox.call('GET', '/files/note.txt')).json()).toMatchObject({
      code: 'sandbox_stopped',
    })
    expect((await call('POST', `/v1/sandboxes/${sandbox.sandboxId}/start`)).body.data.status).toBe('running')
    expect((await sandbox.run('cat note.txt; echo " $KEPT"')).stdout).toBe('still here yes\n')
  })

  it('ends when its time is over', async () => {
    const { sandboxId } = await createSandbox(stack, key, { timeout: 1000 })
    const deleted = new Promise<void>((resolve) => {
      stack.sandboxes.subscribe(sandboxId, (event) => event.type === 'deleted' && resolve())
    })
    await deleted
    expect((await call('GET', `/v1/sandboxes/${sandboxId}`)).status).toBe(404)
  })

  it('is deleted once, however often that is asked for, while a command runs', async () => {
    const sandbox = await createSandbox(stack, key)
    const { url, sandboxId } = sandbox
    expect((await fetch(`${url}/health`)).status).toBe(200)
    const running = sandbox.call('POST', '/run/command', { command: 'echo begun > /tmp/begun; sleep 600' })
    await expect.poll(() => sandbox.call('HEAD', '/files//tmp/begun').then(({ status }) => status)).toBe(200)
    await Promise.all([1, 2, 3].map(() => stack.sandboxes.delete(sandboxId)))
    expect((await running).status).toBe(404)
    expect((await fetch(`${url}/health`)).status).toBe(404)
  })
})

describe('keys, templates and links', () => {
  it('makes, lists and revokes keys', async () => {
    const made = (await call('POST', '/v1/keys', { name: 'ci' })).body.data
    expect((await call('GET', '/v1/templates', undefined, made.key)).body.data).toContainEqual(
      expect.objectContaining({ id: 'blank' }),
    )
    const listed = (await call('GET', '/v1/keys')).body.data
    expect(JSON.stringify(listed)).not.toContain(made.key)
    expect((await call('DELETE', `/v1/keys/${made.id}`)).status).toBe(200)
    expect((await call('GET', '/v1/keys', undefined, made.key)).status).toBe(401)
  })

  it('opens a sandbox for a browser by a link that works once, by POST', async () => {
    const { sandboxId, url } = await createSandbox(stack, key)
    const { magicUrl } = (await call('POST', `/v1/sandboxes/${sandboxId}/open`, {})).body.data
    for (const method of ['GET', 'HEAD', 'GET']) {
      const page = await fetch(magicUrl, { method })
      expect([page.status, page.headers.get('set-cookie')]).toEqual([200, null])
    }
    expect(await (await fetch(magicUrl)).text()).toContain('Open the sandbox')
    const guessed = await fetch(`${magicUrl.slice(0, -4)}AAAA`)
    expect(guessed.status).toBe(400)
    expect(await guessed.text()).toContain('This link does not work')
    const opened = await fetch(magicUrl, { method: 'POST', redirect: 'manual' })
    expect([opened.status, opened.headers.get('location')]).toEqual([303, `/sandboxes/${sandboxId}/play/`])
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
    const info = (await (await fetch(`${url}/sandbox`, { headers: { cookie } })).json()) as Answer
    expect(info).toMatchObject({ id: sandboxId, role: 'own', status: 'running', directory: '/workspace' })
    expect((await fetch(magicUrl, { method: 'POST', redirect: 'manual' })).status).toBe(400)
    const write = await fetch(`${url}/sandbox/stop`, { method: 'POST', headers: { cookie } })
    expect(((await write.json()) as Answer).code).toBe('origin_refused')
  })

  it('refuses a redirect to another host', async () => {
    const { sandboxId } = await createSandbox(stack, key)
    for (const redirectUrl of ['//evil.example', 'https://evil.example', '/\\evil.example']) {
      const { status } = await call('POST', `/v1/sandboxes/${sandboxId}/open`, { redirectUrl })
      expect(status).toBe(400)
    }
  })
})

describe("a sandbox's bare address", () => {
  it('leads a browser to the workbench, and tells a program where things are', async () => {
    const { sandboxId, url } = await createSandbox(stack, key)
    for (const address of [url, `${url}/`]) {
      const page = await fetch(address, { redirect: 'manual', headers: { accept: 'text/html,*/*' } })
      expect([page.status, page.headers.get('location')]).toEqual([303, `/sandboxes/${sandboxId}/play/`])
      const answer = await fetch(address)
      expect([answer.status, ((await answer.json()) as Answer).code]).toEqual([404, 'not_found'])
    }
  })
})

describe('addresses and methods', () => {
  it('says what it takes', async () => {
    const wrong = await call('PATCH', '/v1/sandboxes')
    expect(wrong).toMatchObject({ status: 405, body: { success: false, code: 'method_not_allowed' } })
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS')
    expect((await call('GET', '/v1/nothing')).body).toMatchObject({ success: false, code: 'not_found' })
  })

  it('answers preflights without sign-in', async () => {
    const response = await fetch(`${stack.origin}/v1/sandboxes`, { method: 'OPTIONS' })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-headers')).toContain('X-ComputeSDK-API-Key')
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
  })
})

it('leaves nothing behind when a creation fails', async () => {
  const before = await stack.sandboxes.list(userId)
  // A directory cannot be made where the system is read-only.
  const failed = await call('POST', '/v1/sandboxes', { directory: '/usr/nowhere' })
  expect(failed.status).toBeGreaterThanOrEqual(400)
  expect(await stack.sandboxes.list(userId)).toHaveLength(before.length)
  expect(await stack.provider.list()).toHaveLength((await stack.store.listAll()).length)
})

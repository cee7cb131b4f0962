import type { Sandbox } from 'computesdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OverlayInfo, OverlayList } from '@/lib/protocol/overlays'
import { publishedClient } from './published-client.test-support'
import { createSandbox, type Stack, startStack, type TestSandbox } from './stack.test-support'

let stack: Stack
let key: string
let made: TestSandbox
let client: Sandbox

beforeAll(async () => {
  stack = await startStack()
  key = (await stack.newOwner()).key
  made = await createSandbox(stack, key)
  client = publishedClient(made)
})
afterAll(() => stack.stop())

describe('overlays with the published client', () => {
  it.each(['node', 'python', 'react', 'nextjs'])('show all of /templates/%s at once', async (template) => {
    const source = `/templates/${template}`
    const overlay = await client.filesystem.overlay.create({ source, target: `at-once/${template}` })
    expect(overlay).toMatchObject({ source, target: `at-once/${template}`, strategy: 'smart' })
    expect(overlay.copyStatus).toBe('complete')
    const names = async (path: string) =>
      (await client.filesystem.readdir(path)).map(({ name }) => name).sort()
    expect(await names(`at-once/${template}`)).toEqual(await names(source))
    expect((await names(source)).length).toBeGreaterThan(3)
  })

  it('run an Express server on packages that are only linked', async () => {
    await client.filesystem.overlay.create({ source: '/templates/node', target: 'app' })
    expect((await made.run('readlink app/node_modules')).stdout).toBe('/templates/node/node_modules\n')
    const { stdout } = await made.run(
      'cd app; PORT=4567 node server.js > log & for i in $(seq 100); do curl -sf localhost:4567/api/notes && break; sleep 0.1; done; kill $!',
    )
    expect(JSON.parse(stdout)).toEqual([expect.any(String)])
  })

  it('let packages be installed in the place of linked ones', async () => {
    await client.filesystem.overlay.create({ source: '/templates/node', target: 'installed' })
    const { stdout } = await made.run(
      'cd installed && rm node_modules && mkdir -p node_modules/mine && ls node_modules',
    )
    expect(stdout).toBe('mine\n')
    expect((await made.run('test -e /templates/node/node_modules/express && echo there')).stdout).toBe(
      'there\n',
    )
  })

  it('wait until packages are copied', async () => {
    const { overlay } = client.filesystem
    const options = {
      source: '/templates/node',
      target: 'copied',
      strategy: 'copy' as const,
      ignore: ['*.md'],
    }
    const begun = await overlay.create(options)
    expect((await made.run('ls copied/server.js')).exit_code).toBe(0)
    const done = await overlay.waitForCompletion(begun.id)
    expect(done).toMatchObject({ id: begun.id, copyStatus: 'complete' })
    expect(done.stats.copiedFiles).toBeGreaterThan(400)
    expect(done.stats.skipped).toContain('README.md')
    expect(
      await made.run('diff -rq -x "*.md" /templates/node copied && touch copied/node_modules/x'),
    ).toMatchObject({ stdout: '', exit_code: 0 })
    const waited = await overlay.create({ ...options, target: 'waited', waitForCompletion: true })
    expect(waited.copyStatus).toBe('complete')
  })

  it('are listed, retrieved and destroyed, the files kept', async () => {
    const { overlay } = client.filesystem
    const created = await overlay.create({ source: '/templates/python', target: 'kept' })
    expect(await overlay.retrieve(created.id)).toEqual(created)
    expect(await overlay.list()).toContainEqual(created)
    await overlay.destroy(created.id)
    expect((await made.run('ls kept/server.py')).exit_code).toBe(0)
    await expect(overlay.retrieve(created.id)).rejects.toThrow(/404.*There is no overlay/)
    await expect(overlay.destroy(created.id)).rejects.toThrow(/404/)
  })

  it('outlive a stop of the sandbox', async () => {
    const { overlay } = client.filesystem
    const { id } = await overlay.create({ source: '/templates/react', target: 'outlives' })
    await stack.sandboxes.stop(made.sandboxId)
    await stack.sandboxes.start(made.sandboxId)
    expect(await overlay.retrieve(id)).toMatchObject({ target: 'outlives', copyStatus: 'complete' })
  })
})

describe('overlays over HTTP', () => {
  it('answer flat bodies as the schemas say', async () => {
    const body = { source: '/templates/python', target: 'flat', waitForCompletion: true }
    const response = await made.call('POST', '/filesystem/overlays', body)
    expect(response.status).toBe(201)
    const created = OverlayInfo.strict().parse(await response.json())
    const list = OverlayList.strict().parse(await made.json('GET', '/filesystem/overlays'))
    expect(list.overlays).toContainEqual(created)
    expect((await made.call('DELETE', `/filesystem/overlays/${created.id}`)).status).toBe(204)
  })

  it.each<[string, unknown, number, string]>([
    ['no body', undefined, 400, 'bad_request'],
    ['no source', { target: 'x' }, 400, 'bad_request'],
    ['no target', { source: '/templates/node' }, 400, 'bad_request'],
    ['a relative source', { source: 'templates/node', target: 'x' }, 400, 'invalid_path'],
    ['a missing source', { source: '/templates/cobol', target: 'x' }, 404, 'file_not_found'],
    ['a target that leaves', { source: '/templates/node', target: '../x' }, 400, 'invalid_path'],
    ['an absolute target', { source: '/templates/node', target: '/x' }, 400, 'invalid_path'],
    ['a file as target', { source: '/templates/node', target: 'a-file' }, 409, 'already_exists'],
    ['another strategy', { source: '/templates/node', target: 'x', strategy: 'fast' }, 400, 'bad_request'],
    ['a glob', { source: '/templates/node', target: 'x', ignore: '*' }, 400, 'bad_request'],
    [
      'globs without end',
      { source: '/templates/node', target: 'x', ignore: Array(101).fill('*') },
      400,
      'bad_request',
    ],
  ])('refuse %s', async (_, body, status, code) => {
    await made.run('touch a-file')
    const response = await made.call('POST', '/filesystem/overlays', body)
    expect([response.status, await response.json()]).toEqual([status, { error: expect.any(String), code }])
  })

  it('are not for those without a token, and not for those of another sandbox', async () => {
    const other = await createSandbox(stack, key)
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['GET', '/x'],
      ['DELETE', '/x'],
    ] as const) {
      const url = `${made.url}/filesystem/overlays${path}`
      expect((await fetch(url, { method })).status).toBe(401)
      const headers = { authorization: `Bearer ${other.token}` }
      expect((await fetch(url, { method, headers })).status).toBe(401)
    }
  })

  it('are made by who may edit, and seen by who may view', async () => {
    const { token } = await stack.access.createSessionToken(made.sandboxId, {
      role: 'view',
      description: 'view',
    })
    const headers = { authorization: `Bearer ${token}` }
    const url = `${made.url}/filesystem/overlays`
    expect((await fetch(url, { headers })).status).toBe(200)
    expect((await fetch(url, { method: 'POST', headers, body: '{}' })).status).toBe(403)
    expect((await fetch(`${url}/x`, { method: 'DELETE', headers })).status).toBe(403)
  })
})

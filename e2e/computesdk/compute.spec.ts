import { RunningServer } from '../running-server'
import { expect, test } from './fixtures'

test('compute.sandbox.create(…) / getById / destroy', async ({ configured: compute }) => {
  const sandbox = await compute.sandbox.create({
    directory: '/x',
    envs: { GREETING: 'hi' },
    metadata: { kind: 'trial' },
    timeout: 3600_000,
    servers: [{ slug: 'web', start: 'python3 -m http.server $PORT', port: 8000 }],
    overlays: [{ source: '/templates/node', target: 'app' }],
  })
  expect((await sandbox.runCommand('pwd; echo $GREETING')).stdout).toBe('/x\nhi\n')
  await expect.poll(async () => (await sandbox.ready()).ready).toBe(true)
  const ready = await sandbox.ready()
  expect(ready.servers[0]).toMatchObject({ slug: 'web', port: 8000 })
  expect((await fetch(ready.servers[0]?.url ?? '')).status).toBe(200)
  expect(ready.overlays[0]).toMatchObject({
    source: '/templates/node',
    target: 'app',
    copy_status: 'complete',
  })
  expect((await sandbox.getInfo()).metadata).toMatchObject({ kind: 'trial' })

  const again = await compute.sandbox.getById(sandbox.sandboxId)
  expect((await again?.runCommand('echo same'))?.stdout).toBe('same\n')
  await sandbox.filesystem.writeFile('d/f', 'x')
  expect((await sandbox.runCommand('ls', { cwd: 'd' })).stdout).toBe('f\n')
  await compute.sandbox.destroy(sandbox.sandboxId)
  expect(await compute.sandbox.getById(sandbox.sandboxId)).toBeNull()
  await compute.sandbox.destroy(sandbox.sandboxId)
})

test('compute.sandbox.findOrCreate(…), eight at once, makes one; find and sandbox.destroy()', async ({
  configured: compute,
}) => {
  const who = { namespace: 'team', name: 'shared box' }
  expect(await compute.sandbox.find(who)).toBeNull()
  const all = await Promise.all(
    Array.from({ length: 8 }, () => compute.sandbox.findOrCreate({ ...who, directory: '/w' })),
  )
  const [first] = all
  expect(new Set(all.map(({ sandboxId }) => sandboxId)).size).toBe(1)
  await first?.filesystem.writeFile('mark', 'm')
  const found = await compute.sandbox.find(who)
  expect(await found?.filesystem.readFile('/w/mark')).toBe('m')
  expect(await compute.sandbox.find({ name: who.name })).toBeNull()
  await found?.destroy()
  expect(await compute.sandbox.find(who)).toBeNull()
  const fresh = await compute.sandbox.findOrCreate(who)
  expect(fresh.sandboxId).not.toBe(first?.sandboxId)
  await fresh.destroy()
})

test('compute.sandbox.extendTimeout(id, { duration })', async ({ configured: compute, server }) => {
  const sandbox = await compute.sandbox.create({ timeout: 60_000 })
  const expiry = async () => {
    const { expiresAt } = await (await server.sandboxes()).get(sandbox.sandboxId)
    return Date.parse(expiresAt ?? '') - Date.now()
  }
  await compute.sandbox.extendTimeout(sandbox.sandboxId, { duration: 600_000 })
  expect(await expiry()).toBeGreaterThan(500_000)
  await compute.sandbox.extendTimeout(sandbox.sandboxId)
  expect(await expiry()).toBeGreaterThan(800_000)
  await compute.sandbox.extendTimeout('doesnotexist0')
  await sandbox.destroy()
})

test('compute.snapshot.create / list / delete, and create({ snapshotId })', async ({
  configured: compute,
}) => {
  const sandbox = await compute.sandbox.create({ directory: '/work' })
  await sandbox.filesystem.writeFile('kept.txt', 'as it was')
  const snapshot = await compute.snapshot.create(sandbox.sandboxId, { name: 'before', metadata: { n: 1 } })
  expect(snapshot).toMatchObject({ id: expect.any(String), metadata: { n: 1 } })
  await sandbox.filesystem.writeFile('kept.txt', 'changed')
  expect((await compute.snapshot.list()).map(({ id }) => id)).toContain(snapshot.id)
  const restored = await compute.sandbox.create({ snapshotId: snapshot.id })
  expect(await restored.filesystem.readFile('/work/kept.txt')).toBe('as it was')
  await compute.snapshot.delete(snapshot.id)
  expect((await compute.snapshot.list()).map(({ id }) => id)).not.toContain(snapshot.id)
  await Promise.all([sandbox.destroy(), restored.destroy()])
})

test('compute.sandbox.list() is not there; a wrong key is told', async ({ configured: compute, server }) => {
  await expect(async () => compute.sandbox.list()).rejects.toThrow()
  compute.setConfig({
    provider: 'just-bash',
    computesdkApiKey: 'sl_wrong',
    gatewayUrl: server.url,
  } as Parameters<typeof compute.setConfig>[0])
  await expect(compute.sandbox.create()).rejects.toThrow(/Invalid ComputeSDK API key/i)
})

test('compute(config) is a client of its own; a slash ends its address', async ({
  configured: compute,
  gateway,
}) => {
  const mine = compute({
    provider: 'secure-exec',
    computesdkApiKey: gateway.key,
    gatewayUrl: `${gateway.url}/`,
  } as Parameters<typeof compute>[0])
  const sandbox = await mine.sandbox.create({})
  expect((await sandbox.runCommand('echo ok')).stdout).toBe('ok\n')
  await sandbox.destroy()
  await sandbox.disconnect()
})

test('compute where sandboxes have a domain of their own: every address is in host form', async ({
  configured: compute,
}) => {
  const server = await RunningServer.start({ SANDLOT_SANDBOX_DOMAIN: 'boxes.localhost' })
  try {
    const mine = compute({
      provider: 'just-bash',
      computesdkApiKey: await server.apiKey(),
      gatewayUrl: server.url,
    } as Parameters<typeof compute>[0])
    const sandbox = await mine.sandbox.create({
      servers: [{ slug: 'web', start: 'python3 -m http.server $PORT', port: 8000 }],
    })
    expect(sandbox.getSandboxUrl()).toBe(`http://${sandbox.sandboxId}.boxes.localhost:${server.port}`)
    const heard: string[] = []
    await sandbox.runCommand('echo streamed', { onStdout: (text: string) => heard.push(text) })
    expect(heard).toEqual(['streamed\n'])
    await expect.poll(async () => (await sandbox.ready()).ready).toBe(true)
    const url = (await sandbox.ready()).servers[0]?.url ?? ''
    expect(new URL(url).hostname).toBe(`${sandbox.sandboxId}-8000.boxes.localhost`)
    expect((await fetch(url)).status).toBe(200)
    await sandbox.disconnect()
  } finally {
    await server.dispose()
  }
})

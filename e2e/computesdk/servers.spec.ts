import { expect, nameOf, test, WAYS } from './fixtures'

for (const [index, way] of WAYS.entries())
  test(`sandbox.server.start(…) of a python http.server: ready, and its url can be fetched: ${nameOf(way)}`, async ({
    connect,
  }) => {
    const sandbox = connect(way)
    const slug = `web-${index}`
    const port = 8000 + index
    await sandbox.filesystem.writeFile(`${slug}/hello.txt`, slug)
    const started = await sandbox.server.start({
      slug,
      path: slug,
      start: 'python3 -m http.server $PORT',
      port,
    })
    expect(['starting', 'running', 'ready']).toContain(started.status)
    expect((await sandbox.server.retrieve(slug)).pid).toEqual(expect.any(Number))
    const entry = async () => (await sandbox.ready()).servers.find((server) => server.slug === slug)
    await expect.poll(async () => (await entry())?.url).toEqual(expect.any(String))
    expect(await entry()).toMatchObject({ port, status: expect.stringMatching(/^(running|ready)$/) })
    const { url = '' } = await sandbox.server.retrieve(slug)
    expect(await (await fetch(`${url.replace(/\/$/, '')}/hello.txt`)).text()).toBe(slug)
    expect(new URL(url).hostname.endsWith('.localhost')).toBe(way.form === 'host')
    await sandbox.server.stop(slug)
    expect(await sandbox.server.retrieve(slug)).toMatchObject({ status: 'stopped' })
    await sandbox.server.delete(slug)
    await expect(sandbox.server.retrieve(slug)).rejects.toThrow(/\(404\)/)
  })

test('sandbox.server.list / restart / logs / updateStatus', async ({ connect }) => {
  const sandbox = connect()
  await sandbox.server.start({
    slug: 'talker',
    start: 'echo "got $WORD"; echo oops >&2; exec sleep 600',
    environment: { WORD: 'this' },
    restart_delay_ms: 1500,
    autostart: false,
  })
  const logs = async (stream?: 'stdout' | 'stderr') =>
    (await sandbox.server.logs('talker', stream && { stream })).logs
  await expect.poll(() => logs('stdout')).toBe('got this\n')
  await expect.poll(() => logs('stderr')).toBe('oops\n')
  expect(await logs()).toContain('oops')
  const status = async () => (await sandbox.server.retrieve('talker')).status
  await expect.poll(status).toBe('running')
  const before = await sandbox.server.retrieve('talker')
  expect(before).toMatchObject({ restart_delay: 1.5e9, exit_code: null })
  const restarted = await sandbox.server.restart('talker')
  expect(['starting', 'running', 'restarting']).toContain(restarted.status)
  await expect.poll(async () => (await sandbox.server.retrieve('talker')).pid).not.toBe(before.pid)
  expect((await sandbox.server.list()).map(({ slug }) => slug)).toContain('talker')
  await sandbox.server.updateStatus('talker', 'ready')
  expect(await sandbox.server.retrieve('talker')).toMatchObject({ status: 'ready' })
  await expect(sandbox.server.start({ slug: 'talker', start: 'true' })).rejects.toThrow(/\(409\)/)
  await sandbox.server.delete('talker')
})

test('sandbox.startServer … updateServerStatus answer as on the wire', async ({ connect }) => {
  const sandbox = connect()
  const made = await sandbox.startServer({ slug: 'wire', start: 'sleep 600', autostart: false })
  expect(made.data.server).toMatchObject({ slug: 'wire', start: 'sleep 600' })
  expect((await sandbox.getServer('wire')).data.server.slug).toBe('wire')
  expect((await sandbox.listServers()).data.servers.map(({ slug }) => slug)).toContain('wire')
  expect((await sandbox.getServerLogs('wire', { stream: 'combined' })).data).toMatchObject({
    stream: 'combined',
  })
  expect((await sandbox.updateServerStatus('wire', 'running')).data).toEqual({
    slug: 'wire',
    status: 'running',
  })
  expect((await sandbox.restartServer('wire')).data.server.slug).toBe('wire')
  expect((await sandbox.stopServer('wire')).data).toEqual({ slug: 'wire' })
  await sandbox.deleteServer('wire')
})

test('a server with install, overlay and health check goes through its states to ready', async ({
  connect,
}) => {
  const sandbox = connect()
  await sandbox.server.start({
    slug: 'checked',
    install: 'echo ok > health.txt',
    start: 'python3 -m http.server $PORT',
    path: 'checked',
    port: 8100,
    overlay: { source: '/templates/python', target: 'checked' },
    health_check: { path: '/health.txt', interval_ms: 100, delay_ms: 0 },
  })
  await expect.poll(async () => (await sandbox.server.retrieve('checked')).status).toBe('ready')
  const { healthy, health_status } = await sandbox.server.retrieve('checked')
  expect([healthy, health_status?.last_status]).toEqual([true, 200])
  const ready = await sandbox.ready()
  expect(ready).toMatchObject({ ready: true, healthy: true })
  expect(ready.overlays.map(({ target }) => target)).toContain('checked')
  await sandbox.server.delete('checked')
})

test('a server that fails to install, and one that is restarted until it may not be', async ({ connect }) => {
  const sandbox = connect()
  const status = async (slug: string) => (await sandbox.server.retrieve(slug)).status
  await sandbox.server.start({ slug: 'uninstalled', install: 'exit 9', start: 'sleep 600' })
  await expect.poll(() => status('uninstalled')).toBe('failed')
  await sandbox.server.start({
    slug: 'again',
    start: 'exit 3',
    restart_policy: 'on-failure',
    max_restarts: 2,
    restart_delay_ms: 20,
  })
  await expect.poll(() => status('again')).toBe('failed')
  expect(await sandbox.server.retrieve('again')).toMatchObject({ restart_count: 2, exit_code: 3 })
  await Promise.all(['uninstalled', 'again'].map((slug) => sandbox.server.delete(slug)))
})

import { expect, nameOf, test, WAYS } from './fixtures'

for (const [index, way] of WAYS.entries())
  test(`sandbox.signal.start(): ports that open, what is emitted, stop: ${nameOf(way)}`, async ({
    connect,
  }) => {
    const sandbox = connect(way)
    const signals = await sandbox.signal.start()
    expect([signals.getStatus(), signals.getChannel(), signals.isActive()]).toEqual([
      'active',
      'signals',
      true,
    ])
    const told: object[] = []
    const ports: object[] = []
    const errors: object[] = []
    signals.on('signal', (event) => told.push(event))
    signals.on('port', (event) => ports.push(event))
    signals.on('error', (event) => errors.push(event))
    const unwanted: object[] = []
    const handler = (event: object) => void unwanted.push(event)
    signals.on('port', handler)
    signals.off('port', handler)

    const port = 9000 + index
    await sandbox.runCommand(`setsid python3 -m http.server ${port} >/dev/null 2>&1 &`)
    await expect.poll(() => ports).toContainEqual(expect.objectContaining({ signal: 'port', port }))
    await sandbox.signal.emitPort(4000, 'open', 'http://example.com/')
    await sandbox.signal.emitServerReady(4001, 'http://example.com/ready')
    await sandbox.signal.emitError('broken: ü')
    await expect.poll(() => errors).toEqual([{ signal: 'error', message: 'broken: ü' }])
    expect(ports).toContainEqual(expect.objectContaining({ port: 4000, url: 'http://example.com/' }))
    expect(ports).toContainEqual(expect.objectContaining({ signal: 'server-ready', port: 4001 }))
    expect(told.length).toBe(ports.length + errors.length)
    expect(unwanted).toEqual([])
    await sandbox.runCommand(`pkill -f 'http.server ${port}'`)

    expect(await sandbox.signal.status()).toMatchObject({
      status: 'active',
      channel: 'signals',
      wsUrl: expect.stringMatching(/^ws:/),
    })
    await signals.stop()
    expect(signals.isActive()).toBe(false)
    expect((await sandbox.getSignalStatus()).data.status).toBe('stopped')
  })

test('sandbox.startSignals / emitPortSignal / emitPortSignalAlt / emitErrorSignal / emitServerReadySignal', async ({
  connect,
}) => {
  const sandbox = connect()
  const signals = await sandbox.startSignals()
  const url = 'http://example.com/'
  expect((await sandbox.emitPortSignal(4000, 'close', url)).data).toEqual({ port: 4000, type: 'close', url })
  const alt = (await sandbox.emitPortSignalAlt(4100, 'open')).data
  expect(alt).toMatchObject({ port: 4100, type: 'open', url: expect.stringMatching(/^http/) })
  expect((await sandbox.emitErrorSignal('x')).data).toEqual({ message: 'x' })
  expect((await sandbox.emitServerReadySignal(4002, url)).data).toEqual({ port: 4002, type: 'open', url })
  await expect(sandbox.emitPortSignal(70_000, 'open', url)).rejects.toThrow(/\(400\)/)
  await expect(sandbox.emitPortSignal(4000, 'open', 'javascript:alert(1)')).rejects.toThrow(/\(400\)/)
  expect(signals.isActive()).toBe(true)
  await sandbox.signal.stop()
})

test('a managed server that is ready is signalled with an address that can be fetched', async ({
  connect,
}) => {
  const sandbox = connect()
  const signals = await sandbox.signal.start()
  const ready = new Promise<{ port: number; url: string }>((resolve) =>
    signals.on('port', (event) => event.signal === 'server-ready' && resolve(event)),
  )
  await sandbox.server.start({ slug: 'signalled', start: 'python3 -m http.server $PORT', port: 9100 })
  const { port, url } = await ready
  expect(port).toBe(9100)
  expect((await fetch(url)).status).toBe(200)
  await sandbox.server.delete('signalled')
  await signals.stop()
})

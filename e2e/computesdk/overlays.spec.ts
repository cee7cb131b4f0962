import { expect, nameOf, test, WAYS } from './fixtures'

for (const way of WAYS)
  test(`sandbox.filesystem.overlay.create(…): all entries are there when it answers: ${nameOf(way)}`, async ({
    connect,
  }) => {
    const sandbox = connect(way)
    const { overlay } = sandbox.filesystem
    const target = `over-${way.form}-${way.protocol}`
    const made = await overlay.create({ source: '/templates/react', target })
    expect(made).toMatchObject({ source: '/templates/react', target, strategy: 'smart' })
    expect(made.stats.copiedFiles).toBeGreaterThan(0)
    const names = async (path: string) =>
      (await sandbox.filesystem.readdir(path)).map(({ name }) => name).toSorted()
    expect(await names(target)).toEqual(await names('/templates/react'))
    await overlay.destroy(made.id)
  })

test('overlay.list / retrieve / waitForCompletion / destroy; its files stay', async ({ connect }) => {
  const sandbox = connect()
  const { overlay } = sandbox.filesystem
  const made = await overlay.create({
    source: '/templates/node',
    target: 'kept',
    strategy: 'copy',
    ignore: ['package.json'],
    waitForCompletion: { maxRetries: 60 },
  })
  expect(made).toMatchObject({ copyStatus: 'complete', strategy: 'copy' })
  expect(made.stats.skipped).toContain('package.json')
  expect(await overlay.retrieve(made.id)).toEqual(made)
  expect(await overlay.waitForCompletion(made.id)).toEqual(made)
  expect((await overlay.list()).map(({ id }) => id)).toContain(made.id)
  await overlay.destroy(made.id)
  await expect(overlay.retrieve(made.id)).rejects.toThrow(/\(404\)/)
  await expect(overlay.destroy(made.id)).rejects.toThrow(/\(404\)/)
  expect(await sandbox.filesystem.readdir('kept')).not.toEqual([])
  expect(await sandbox.filesystem.exists('kept/package.json')).toBe(false)
})

test('sandbox.createOverlay / listOverlays / getOverlay / deleteOverlay answer as on the wire', async ({
  connect,
}) => {
  const sandbox = connect()
  const made = await sandbox.createOverlay({ source: '/templates/python', target: 'wire' })
  expect(made).toMatchObject({ copy_status: expect.any(String), created_at: expect.any(String) })
  expect((await sandbox.getOverlay(made.id)).id).toBe(made.id)
  expect((await sandbox.listOverlays()).overlays.map(({ id }) => id)).toContain(made.id)
  await sandbox.deleteOverlay(made.id)
  expect((await sandbox.listOverlays()).overlays.map(({ id }) => id)).not.toContain(made.id)
  await expect(sandbox.createOverlay({ source: '/no/such', target: 'x' })).rejects.toThrow(/\(4\d\d\)/)
  await expect(sandbox.createOverlay({ source: 'templates/node', target: 'x' })).rejects.toThrow(/absolute/)
})

import type { FileWatcher } from 'computesdk'
import { expect, nameOf, test, WAYS } from './fixtures'

for (const way of WAYS)
  test(`sandbox.watcher.create(…): change and destroyed: ${nameOf(way)}`, async ({ connect }) => {
    const sandbox = connect(way)
    const folder = `/tmp/watched-${way.form}-${way.protocol}`
    await sandbox.filesystem.writeFile(`${folder}/old.txt`, 'there before')
    const watcher = await sandbox.watcher.create(folder, { includeContent: true, ignored: ['node_modules'] })
    expect(watcher.getPath()).toBe(folder)
    expect(watcher.getChannel()).toBe(`watcher:${watcher.getId()}`)
    expect([
      watcher.isIncludingContent(),
      watcher.getIgnoredPatterns(),
      watcher.isActive(),
      watcher.getStatus(),
    ]).toEqual([true, ['node_modules'], true, 'active'])
    const changes = follow(watcher)
    await sandbox.filesystem.writeFile(`${folder}/node_modules/x`, 'not told')
    await sandbox.filesystem.writeFile(`${folder}/new ü.txt`, 'ü')
    await expect.poll(changes).toContainEqual({ event: 'add', path: `${folder}/new ü.txt`, content: 'ü' })
    await sandbox.runCommand(`printf more > '${folder}/old.txt'; mkdir '${folder}/d'`)
    await expect.poll(changes).toContainEqual({ event: 'change', path: `${folder}/old.txt`, content: 'more' })
    await expect
      .poll(changes)
      .toContainEqual(expect.objectContaining({ event: 'addDir', path: `${folder}/d` }))
    await sandbox.runCommand(`rmdir '${folder}/d'; rm '${folder}/old.txt'`)
    await expect
      .poll(changes)
      .toContainEqual(expect.objectContaining({ event: 'unlinkDir', path: `${folder}/d` }))
    await expect
      .poll(changes)
      .toContainEqual(expect.objectContaining({ event: 'unlink', path: `${folder}/old.txt` }))
    expect(changes().filter(({ path }) => path.includes('node_modules/'))).toEqual([])
    const destroyed = new Promise<void>((resolve) => watcher.on('destroyed', resolve))
    await watcher.destroy()
    await destroyed
    expect(watcher.isActive()).toBe(false)
    await expect(sandbox.watcher.destroy(watcher.getId())).rejects.toThrow(/\(404\)/)
  })

test("sandbox.createWatcher(…, { encoding: 'base64' }), off(…), listWatchers, getWatcher", async ({
  connect,
}) => {
  const sandbox = connect()
  await sandbox.filesystem.mkdir('/tmp/b64')
  const watcher = await sandbox.createWatcher('/tmp/b64', { includeContent: true, encoding: 'base64' })
  const unwanted: unknown[] = []
  const handler = (event: unknown) => void unwanted.push(event)
  watcher.on('change', handler)
  watcher.off('change', handler)
  const changes = follow(watcher)
  await sandbox.filesystem.writeFile('/tmp/b64/x', 'é')
  await expect.poll(changes).toContainEqual({ event: 'add', path: '/tmp/b64/x', content: 'é' })
  expect(unwanted).toEqual([])
  const id = watcher.getId()
  expect((await sandbox.listWatchers()).data.watchers.map((entry) => entry.id)).toContain(id)
  expect((await sandbox.watcher.list()).map((entry) => entry.id)).toContain(id)
  expect((await sandbox.getWatcher(id)).data).toMatchObject({
    id,
    encoding: 'base64',
    status: 'active',
    ignored: [],
  })
  expect(await sandbox.watcher.retrieve(id)).toMatchObject({ id, path: '/tmp/b64' })
  await sandbox.watcher.destroy(id)
  await expect(sandbox.watcher.retrieve(id)).rejects.toThrow(/\(404\)/)
  await expect(sandbox.watcher.create('/no/such')).rejects.toThrow(/\(404\)/)
})

function follow(watcher: FileWatcher) {
  const changes: { event: string; path: string; content?: string }[] = []
  watcher.on('change', (change) => changes.push(change))
  return () => changes
}

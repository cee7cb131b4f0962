import { expect, nameOf, test, WAYS } from './fixtures'

/** Every character that has a meaning in an address, a shell or a file system. */
const NAMES = [
  'a b#c?.txt',
  '100%25.txt',
  'q\'u"o`t$e&;.txt',
  'ünï-日本-😀.txt',
  '+plus=eq,co:lon@.txt',
  '-dash',
]

for (const way of WAYS)
  test.describe(nameOf(way), () => {
    test('sandbox.filesystem.writeFile / readFile / exists / remove', async ({ connect }) => {
      const { filesystem } = connect(way)
      for (const name of NAMES) {
        const path = `odd ${way.form} ${way.protocol}/deep/${name}`
        const text = `\uFEFF${name}\r\n\tü\u0000`
        await filesystem.writeFile(path, text)
        expect(await filesystem.readFile(path)).toBe(text)
        expect(await filesystem.exists(path)).toBe(true)
        await filesystem.remove(path)
        expect(await filesystem.exists(path)).toBe(false)
      }
    })

    test('absolute and relative paths mean the same file', async ({ connect }) => {
      const sandbox = connect(way)
      const directory = (await sandbox.runCommand('pwd')).stdout.trim()
      await sandbox.filesystem.writeFile('same/x.txt', 'one')
      expect(await sandbox.filesystem.readFile(`${directory}/same/x.txt`)).toBe('one')
      await sandbox.filesystem.writeFile(`/${directory}//same/x.txt/`, 'two')
      expect(await sandbox.filesystem.readFile('same/./y/../x.txt')).toBe('two')
    })

    test('sandbox.filesystem.mkdir / readdir', async ({ connect }) => {
      const { filesystem } = connect(way)
      const folder = `made ${way.form}-${way.protocol}/it's`
      await filesystem.mkdir(folder)
      expect(await filesystem.readdir(folder)).toEqual([])
      await filesystem.writeFile(`${folder}/f`, 'four')
      await filesystem.mkdir(`${folder}/d/below`)
      const entries = await filesystem.readdir(folder)
      expect(entries.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
        { name: 'd', type: 'directory', size: expect.any(Number), modified: expect.any(Date) },
        { name: 'f', type: 'file', size: 4, modified: expect.any(Date) },
      ])
      expect(Math.abs(Date.now() - Number(entries.find(({ name }) => name === 'f')?.modified))).toBeLessThan(
        60_000,
      )
    })
  })

test('sandbox.file.create / retrieve / list / exists / destroy', async ({ connect }) => {
  const { file } = connect()
  const made = await file.create('one/two.txt', 'text')
  expect(made).toMatchObject({ name: 'two.txt', size: 4, is_dir: false, modified_at: expect.any(String) })
  expect(made.path).toMatch(/one\/two\.txt$/)
  expect(await file.create('one/empty.txt')).toMatchObject({ size: 0 })
  expect(await file.retrieve('one/two.txt')).toBe('text')
  expect((await file.list('one')).map(({ name }) => name).toSorted()).toEqual(['empty.txt', 'two.txt'])
  expect((await file.list()).map(({ name }) => name)).toContain('usr')
  expect(await file.exists('one')).toBe(true)
  await file.destroy('one')
  expect(await file.exists('one')).toBe(false)
  await expect(file.destroy('one')).rejects.toThrow(/\(404\)/)
  await expect(file.retrieve('one/two.txt')).rejects.toThrow(/\(404\): .*one\/two\.txt/)
  await expect(file.list('one')).rejects.toThrow(/\(404\)/)
})

test('sandbox.createFile / getFile / readFile / writeFile / listFiles / checkFileExists / deleteFile', async ({
  connect,
}) => {
  const sandbox = connect()
  await sandbox.createFile('low/x', 'a')
  await sandbox.writeFile('low/x', 'bc')
  expect(await sandbox.readFile('low/x')).toBe('bc')
  const { data } = await sandbox.getFile('low/x')
  expect(data.file).toMatchObject({ name: 'x', size: 2, is_dir: false })
  expect(data.content).toBeUndefined()
  expect((await sandbox.getFile('low')).data.file).toMatchObject({ is_dir: true })
  await expect(sandbox.readFile('low')).rejects.toThrow(/\(400\)/)
  expect((await sandbox.listFiles('low')).data.files).toHaveLength(1)
  expect(await sandbox.checkFileExists('low/x')).toBe(true)
  await sandbox.deleteFile('low')
  expect(await sandbox.checkFileExists('low/x')).toBe(false)
})

test('sandbox.file.batchWrite(…): each for itself, ascending by path', async ({ connect }) => {
  const { file } = connect()
  const results = await file.batchWrite([
    { path: 'batch/z', operation: 'write', content: 'z' },
    { path: 'batch/none', operation: 'delete' },
    { path: 'batch/a', operation: 'write' },
  ])
  expect(results.map(({ path, success }) => [path, success])).toEqual([
    ['batch/a', true],
    ['batch/none', false],
    ['batch/z', true],
  ])
  expect(results[1]?.error).toContain('batch/none')
  expect(results[2]?.file).toMatchObject({ size: 1 })
  await file.destroy('batch')
})

test('sandbox.batchWriteFiles(…) of one path a thousand times: one result, the last wins', async ({
  connect,
}) => {
  const sandbox = connect()
  const files = Array.from({ length: 1000 }, (_, n) => ({
    path: 'thousand',
    operation: n % 3 === 0 ? ('delete' as const) : ('write' as const),
    content: `${n}`,
  }))
  files.push({ path: 'thousand', operation: 'write', content: 'last' })
  const { data } = await sandbox.batchWriteFiles(files)
  expect(data.results).toHaveLength(1)
  expect(data.results[0]).toMatchObject({ path: 'thousand', success: true })
  expect(await sandbox.readFile('thousand')).toBe('last')
})

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { databaseKind } from './database-kind'
import { openDatabase } from './open-database'
import { UserStore } from './users'

const directory = mkdtempSync(join(tmpdir(), 'sandlot-open-'))
afterAll(() => rmSync(directory, { recursive: true }))

describe('the address of a database', () => {
  it.each(['./a.db', '/var/lib/a.db', 'file:a.db', 'file:///tmp/a.db', ':memory:'])('%s is SQLite', (url) => {
    expect(databaseKind(url)).toBe('sqlite')
  })

  it.each(['postgres://u:p@h/d', 'postgresql://h/d'])('%s is PostgreSQL', (url) => {
    expect(databaseKind(url)).toBe('postgres')
  })

  it.each(['', 'mysql://u:secret@h/d', 'http://h'])(
    '%s is refused, by name and without repeating it',
    (url) => {
      expect(() => databaseKind(url)).toThrow(
        expect.objectContaining({
          code: 'bad_request',
          message: expect.stringMatching(/^DATABASE_URL (?!.*secret)/),
        }),
      )
    },
  )
})

describe('opening SQLite', () => {
  it('makes the folder and a file that only its owner reads', async () => {
    const path = join(directory, 'deep', 'er', 'a.db')
    const database = await openDatabase(path)
    await new UserStore(database.db).ensureOwner('owner@localhost')
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o077).toBe(0)
    await database.close()
  })

  it('finds the same rows by path and by file: address', async () => {
    const path = join(directory, 'same.db')
    const first = await openDatabase(path)
    const owner = await new UserStore(first.db).ensureOwner('owner@localhost')
    await first.close()
    for (const url of [`file:${path}`, pathToFileURL(path).href]) {
      const again = await openDatabase(url)
      expect(await new UserStore(again.db).get(owner.id)).toEqual(owner)
      await again.close()
    }
  })

  it('says which file is not a database', async () => {
    const path = join(directory, 'not.db')
    writeFileSync(path, 'x'.repeat(8192))
    await expect(openDatabase(path)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(path),
    })
  })
})

it('says that a PostgreSQL cannot be reached, without its password', async () => {
  await expect(openDatabase(`postgres://u:secret@/d?host=${directory}`)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^The database of DATABASE_URL cannot be used: (?!.*secret)/),
  })
})

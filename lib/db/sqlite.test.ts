import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openSqlite } from './sqlite'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandlot-sqlite-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Another program that opens the database, asks, and closes it, as `npm run key` does. */
function askElsewhere(path: string, sql: string): string {
  const script = `
    const Database = require('libsql')
    const database = new Database(process.argv[1])
    console.log(JSON.stringify(database.prepare(process.argv[2]).all()))
    database.close()`
  return execFileSync(process.execPath, ['-e', script, path, sql], { encoding: 'utf8' }).trim()
}

it('keeps what is written after a second connection here and another program there have come and gone', () => {
  const path = join(folder, 'sandlot.db')
  const first = openSqlite(path)
  first.exec('create table numbers (n integer)')
  const second = openSqlite(path)
  askElsewhere(path, 'select n from numbers')
  first.exec('insert into numbers values (1)')
  expect(askElsewhere(path, 'select n from numbers')).toBe('[{"n":1}]')
  second.exec('insert into numbers values (2)')
  expect(askElsewhere(path, 'select n from numbers order by n')).toBe('[{"n":1},{"n":2}]')
  first.close()
  second.close()
})

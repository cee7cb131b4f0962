import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LibsqlConnection } from './libsql-connection'

describe('a connection to SQLite that finds the database locked', () => {
  let directory: string
  let ours: LibsqlConnection
  let theirs: LibsqlConnection

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'sandlot-busy-'))
    const path = join(directory, 'test.db')
    theirs = new LibsqlConnection(path, 1)
    theirs.pragma('journal_mode = WAL')
    theirs.exec('create table notes (text text unique)')
    ours = new LibsqlConnection(path, 1)
  })
  afterEach(() => {
    ours.close()
    theirs.close()
    rmSync(directory, { recursive: true })
  })

  const insert = 'insert into notes values (?)'
  const notes = (connection: LibsqlConnection) => connection.prepare('select text from notes').all([])

  it('says so, and keeps what it writes afterwards', () => {
    theirs.exec('begin immediate')
    expect(() => ours.prepare(insert).run(['refused'])).toThrow(
      expect.objectContaining({ code: 'SQLITE_BUSY' }),
    )
    theirs.exec('commit')
    ours.prepare(insert).run(['kept'])
    expect(notes(theirs)).toEqual([{ text: 'kept' }])
    theirs.prepare(insert).run(['theirs'])
    expect(notes(ours)).toHaveLength(2)
  })

  it('can begin a transaction later that it could not begin before', () => {
    theirs.exec('begin immediate')
    expect(() => ours.prepare('begin').run([])).toThrow(expect.objectContaining({ code: 'SQLITE_BUSY' }))
    theirs.exec('commit')
    ours.prepare('begin').run([])
    ours.prepare(insert).run(['kept'])
    ours.prepare('commit').run([])
    expect(notes(theirs)).toEqual([{ text: 'kept' }])
  })

  it('lets go of the lock when a write is refused for what it says', () => {
    ours.prepare(insert).run(['once'])
    expect(() => ours.prepare(`${insert} returning text`).all(['once'])).toThrow()
    theirs.prepare(insert).run(['theirs'])
    expect(notes(ours)).toHaveLength(2)
  })

  it('takes back what a transaction wrote before it failed', () => {
    ours.prepare('begin').run([])
    ours.prepare(insert).run(['gone'])
    ours.prepare('rollback').run([])
    expect(notes(ours)).toEqual([])
  })
})

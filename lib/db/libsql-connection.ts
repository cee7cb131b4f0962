import type { SqliteDatabase, SqliteStatement } from 'kysely'
import Libsql from 'libsql'

type Statement = Libsql.Statement

/**
 * libsql never resets a statement that failed with SQLITE_BUSY: it stays "in progress", and until it is collected every later
 * write on the connection reports success, is not committed and keeps the write lock (libsql 0.5.29; the contract test
 * shows it). `exec` does clean up after itself, so here nothing but `exec` ever waits for the lock: each write is put
 * between a `begin immediate` and a `commit`, and every transaction begins as a writing one.
 */
export class LibsqlConnection implements SqliteDatabase {
  readonly #database: Libsql.Database

  constructor(path: string, busyTimeoutMs: number) {
    this.#database = new Libsql(path, { timeout: busyTimeoutMs })
  }

  pragma(setting: string): void {
    this.#database.pragma(setting)
  }

  exec(script: string): void {
    this.#database.exec(script)
  }

  close(): void {
    this.#database.close()
  }

  prepare(text: string): SqliteStatement {
    const verb = /^\s*(\w+)/.exec(text)?.[1]?.toLowerCase() ?? ''
    if (TRANSACTION_VERBS.has(verb)) return this.#control(verb === 'begin' ? 'begin immediate' : text)
    const statement: Statement = this.#database.prepare(text)
    return READING_VERBS.has(verb) ? reading(statement) : this.#writing(statement)
  }

  #control(text: string): SqliteStatement {
    const run = () => {
      this.#database.exec(text)
      return { changes: 0, lastInsertRowid: 0 }
    }
    return { reader: false, run, all: noRows, iterate: noIteration }
  }

  #writing(statement: Statement): SqliteStatement {
    return {
      reader: statement.reader,
      all: (parameters) => this.#bracketed(() => statement.all(parameters)),
      run: (parameters) => this.#bracketed(() => statement.run(parameters)),
      iterate: noIteration,
    }
  }

  #bracketed<T>(write: () => T): T {
    if (this.#database.inTransaction) return write()
    this.#database.exec('begin immediate')
    try {
      const result = write()
      this.#database.exec('commit')
      return result
    } catch (error) {
      if (this.#database.inTransaction) this.#database.exec('rollback')
      throw error
    }
  }
}

const TRANSACTION_VERBS = new Set(['begin', 'commit', 'rollback', 'savepoint', 'release'])
const READING_VERBS = new Set(['select', 'pragma', 'explain'])

function reading(statement: Statement): SqliteStatement {
  return {
    reader: statement.reader,
    all: (parameters) => statement.all(parameters),
    run: (parameters) => statement.run(parameters),
    iterate: (parameters) => statement.iterate(parameters),
  }
}

function noRows(): unknown[] {
  return []
}

function noIteration(): never {
  throw new Error('Only a select can be streamed.')
}

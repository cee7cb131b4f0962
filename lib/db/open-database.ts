import { Kysely, SqliteDialect } from 'kysely'
import { SandboxError } from '@/lib/errors'
import { databaseKind } from './database-kind'
import { migrateToLatest } from './migrate'
import { postgresDialect } from './postgres'
import { RefuseNul } from './refuse-nul'
import type { Database } from './schema'
import { openSqlite } from './sqlite'

export interface OpenDatabase {
  db: Kysely<Database>
  close(): Promise<void>
}

/**
 * Opens the database and brings its tables up to date. `url` is `postgres://…`, or a file for SQLite: a path or `file:…`.
 * Several processes may open the same database at once. Throws `bad_request` for an address of another kind and
 * `unavailable` where the database cannot be reached; neither message repeats the address, which may hold a password.
 */
export async function openDatabase(url: string): Promise<OpenDatabase> {
  const dialect =
    databaseKind(url) === 'postgres' ? postgresDialect(url) : new SqliteDialect({ database: openSqlite(url) })
  const db = new Kysely<Database>({ dialect, plugins: [new RefuseNul()] })
  try {
    await migrateToLatest(db, databaseKind(url))
  } catch (error) {
    await db.destroy()
    throw unreachable(error)
  }
  return { db, close: () => db.destroy() }
}

function unreachable(error: unknown): SandboxError {
  if (error instanceof SandboxError) return error
  const reason = error instanceof Error && error.message !== '' ? error.message : 'no reason given'
  return new SandboxError('unavailable', `The database of DATABASE_URL cannot be used: ${reason}`, {
    cause: error,
  })
}

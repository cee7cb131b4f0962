import { setTimeout as wait } from 'node:timers/promises'
import { type Kysely, Migrator, sql } from 'kysely'
import { SandboxError } from '@/lib/errors'
import type { DatabaseKind } from './database-kind'
import { migrations } from './migrations'
import type { Database } from './schema'

/** Safe in several processes at once: the first does the work, the others wait and find it done. */
export async function migrateToLatest(db: Kysely<Database>, kind: DatabaseKind): Promise<void> {
  // On PostgreSQL Kysely holds an advisory lock and a transaction itself.
  if (kind === 'postgres') return run(db, kind)
  await db.connection().execute(async (connection) => {
    if (await isUpToDate(connection)) return
    await beginImmediate(connection)
    try {
      await run(connection, kind)
      await sql`commit`.execute(connection)
    } catch (error) {
      await sql`rollback`.execute(connection)
      throw error
    }
  })
}

async function run(db: Kysely<Database>, kind: DatabaseKind): Promise<void> {
  const provider = { getMigrations: async () => migrations(kind) }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error !== undefined) throw error
}

/** Reads only: a second connection must not ask for the write lock when there is nothing to write. */
async function isUpToDate(db: Kysely<Database>): Promise<boolean> {
  const table = await sql`select 1 from sqlite_master where name = 'kysely_migration'`.execute(db)
  if (table.rows.length === 0) return false
  const done = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  const names = new Set(done.rows.map((row) => row.name))
  const wanted = Object.keys(migrations('sqlite'))
  return names.size === wanted.length && wanted.every((name) => names.has(name))
}

const LOCK_ATTEMPTS = 600
const LOCK_PAUSE_MS = 50

/**
 * Takes SQLite's write lock with pauses of our own. SQLite's `busy_timeout` would block this thread, and the holder of the lock
 * may be another connection of this very thread, which then could never let go.
 */
async function beginImmediate(db: Kysely<Database>): Promise<void> {
  const { timeout } = (await sql<{ timeout: number }>`pragma busy_timeout`.execute(db)).rows[0] ?? {
    timeout: 0,
  }
  await sql`pragma busy_timeout = 0`.execute(db)
  try {
    await lock(db)
  } finally {
    await sql.raw(`pragma busy_timeout = ${Number(timeout)}`).execute(db)
  }
}

async function lock(db: Kysely<Database>): Promise<void> {
  for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
    try {
      await sql`begin immediate`.execute(db)
      return
    } catch (error) {
      if (!isBusy(error)) throw error
      await wait(LOCK_PAUSE_MS)
    }
  }
  throw new SandboxError('unavailable', 'Another process has kept the database locked for 30 seconds.')
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
}

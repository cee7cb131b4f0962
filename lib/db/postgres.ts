import { PostgresDialect } from 'kysely'
import { Pool, types } from 'pg'

/** Enough for one control plane with its app; PostgreSQL's own default allows 100 in all. */
const CONNECTIONS = 10
const CONNECT_TIMEOUT_MS = 10_000
const STATEMENT_TIMEOUT_MS = 30_000

export function postgresDialect(url: string): PostgresDialect {
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    types: { getTypeParser },
  })
  // An idle connection that the server closes is replaced at the next query; unheard, the event would end the process.
  pool.on('error', () => undefined)
  return new PostgresDialect({ pool })
}

/** bigint arrives as text unless told otherwise. Ours are bytes and seconds, which a double holds exactly. */
const getTypeParser: typeof types.getTypeParser = (id: number, format?: 'text' | 'binary') =>
  id === types.builtins.INT8 && format !== 'binary' ? Number : types.getTypeParser(id, format as 'text')

import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SandboxError } from '@/lib/errors'
import { LibsqlConnection } from './libsql-connection'

/** How long a statement waits while another process writes. The wait blocks this thread, so it is not minutes. */
const BUSY_TIMEOUT_MS = 5000

export function openSqlite(url: string): LibsqlConnection {
  const path = sqlitePath(url)
  try {
    createPrivately(path)
    const connection = new LibsqlConnection(path, BUSY_TIMEOUT_MS)
    for (const setting of SETTINGS) connection.pragma(setting)
    return connection
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SandboxError('unavailable', `Cannot open the database file ${path}: ${reason}`, {
      cause: error,
    })
  }
}

/** WAL lets readers go on beside a writer; FULL makes a committed row survive a power cut. */
const SETTINGS = [
  `busy_timeout = ${BUSY_TIMEOUT_MS}`,
  'journal_mode = WAL',
  'synchronous = FULL',
  'foreign_keys = ON',
]

function sqlitePath(url: string): string {
  if (url.startsWith('file://')) return fileURLToPath(url)
  return url.startsWith('file:') ? url.slice('file:'.length) : url
}

/**
 * SQLite gives its WAL the mode of the file itself, so one careful creation covers all of them. A file that is there is not
 * opened: closing it would drop the locks of every other connection of this process (a rule of POSIX), and the next
 * program to close the database would take the WAL from under them.
 */
function createPrivately(path: string): void {
  if (path === ':memory:') return
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

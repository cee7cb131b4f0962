import { type OpenDatabase, openDatabase } from '@/lib/db/open-database'
import { SandboxError } from '@/lib/errors'

/** On globalThis, because development loads this module anew at each change and every load would open another connection. */
const kept = globalThis as typeof globalThis & { sandlotAppDatabase?: Promise<OpenDatabase> | undefined }

/** The app's own connection, opened on first use. A failed attempt is not kept: the next request tries again. */
export function appDatabase(): Promise<OpenDatabase> {
  kept.sandlotAppDatabase ??= open().catch((error: unknown) => {
    kept.sandlotAppDatabase = undefined
    throw error
  })
  return kept.sandlotAppDatabase
}

async function open(): Promise<OpenDatabase> {
  const url = process.env.DATABASE_URL
  if (url === undefined || url === '')
    throw new SandboxError(
      'unavailable',
      'DATABASE_URL is not set. Start Sandlot with npm start, which sets it.',
    )
  return openDatabase(url)
}

import type { Migration } from 'kysely'
import type { DatabaseKind } from './database-kind'
import { firstTables } from './migrations/001-first-tables'

/** In the order of their names. A migration that has been released is never edited; a later one corrects it. */
export function migrations(kind: DatabaseKind): Record<string, Migration> {
  return { '001-first-tables': firstTables(kind) }
}

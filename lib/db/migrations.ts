import type { Migration } from 'kysely'
import type { DatabaseKind } from './database-kind'
import { firstTables } from './migrations/001-first-tables'
import { namesAndChildren } from './migrations/002-names-and-children'
import { snapshots } from './migrations/003-snapshots'
import { live } from './migrations/004-live'

/** In the order of their names. A migration that has been released is never edited; a later one corrects it. */
export function migrations(kind: DatabaseKind): Record<string, Migration> {
  return {
    '001-first-tables': firstTables(kind),
    '002-names-and-children': namesAndChildren(),
    '003-snapshots': snapshots(),
    '004-live': live,
  }
}

import { type Kysely, type Migration, sql } from 'kysely'

export function namesAndChildren(): Migration {
  return {
    async up(db) {
      await addParent(db)
      await keepTheNewestOfEachName(db)
      // In a unique index no two nulls are alike, on SQLite as on PostgreSQL: what has no namespace is not found by name.
      await db.schema
        .createIndex('sandbox_name')
        .on('sandboxes')
        .columns(['user_id', 'namespace', 'name'])
        .unique()
        .execute()
    },
  }
}

/** Of a child, its main sandbox. Whoever deletes that one deletes its children first; this is for what goes wrong between. */
async function addParent(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('sandboxes')
    .addColumn('parent_id', 'text', (column) => column.references('sandboxes.id').onDelete('set null'))
    .execute()
  await db.schema.createIndex('sandbox_parent').on('sandboxes').column('parent_id').execute()
}

/** The others stay what they are, but are found by their ids alone. */
async function keepTheNewestOfEachName(db: Kysely<unknown>): Promise<void> {
  await sql`
    update sandboxes set namespace = null
    where namespace is not null and exists (
      select 1 from sandboxes as newer
      where newer.user_id = sandboxes.user_id
        and newer.namespace = sandboxes.namespace
        and newer.name = sandboxes.name
        and (newer.created_at > sandboxes.created_at
          or (newer.created_at = sandboxes.created_at and newer.id > sandboxes.id))
    )`.execute(db)
}

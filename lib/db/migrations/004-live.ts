import type { Kysely, Migration } from 'kysely'

/** What programs have asked to be told of a sandbox, until they ask for it no longer. */
export const live: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('watchers')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('sandbox_id', 'text', (column) =>
        column.notNull().references('sandboxes.id').onDelete('cascade'),
      )
      .addColumn('path', 'text', (column) => column.notNull())
      .addColumn('ignored', 'text', (column) => column.notNull())
      .addColumn('include_content', 'integer', (column) => column.notNull())
      .addColumn('encoding', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .execute()
    await db.schema.createIndex('watcher_sandbox').on('watchers').column('sandbox_id').execute()
    await db.schema
      .createTable('signals')
      .addColumn('sandbox_id', 'text', (column) =>
        column.primaryKey().notNull().references('sandboxes.id').onDelete('cascade'),
      )
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('base', 'text', (column) => column.notNull())
      .execute()
  },
}

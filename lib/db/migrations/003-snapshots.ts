import type { Migration } from 'kysely'

/**
 * A user with snapshots cannot be deleted: their files would be left without an owner. The sandbox may be gone; what a new
 * one needs of it is kept here.
 */
export function snapshots(): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('snapshots')
        .addColumn('id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('user_id', 'text', (column) => column.notNull().references('User.id'))
        .addColumn('sandbox_id', 'text', (column) => column.notNull())
        .addColumn('provider', 'text', (column) => column.notNull())
        .addColumn('name', 'text')
        .addColumn('metadata', 'text', (column) => column.notNull())
        .addColumn('directory', 'text', (column) => column.notNull())
        .addColumn('envs', 'text', (column) => column.notNull())
        .addColumn('template_id', 'text')
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('size_bytes', 'bigint', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .execute()
      await db.schema
        .createIndex('snapshot_user')
        .on('snapshots')
        .columns(['user_id', 'created_at'])
        .execute()
      await db.schema
        .createIndex('snapshot_sandbox')
        .on('snapshots')
        .columns(['sandbox_id', 'created_at'])
        .execute()
    },
  }
}

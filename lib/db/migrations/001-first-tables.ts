import { type CreateTableBuilder, type Kysely, type Migration, sql } from 'kysely'
import type { DatabaseKind } from '../database-kind'

export function firstTables(kind: DatabaseKind): Migration {
  return {
    async up(db) {
      await createAuthTables(db, kind)
      await createApiKeys(db)
      await createSandboxes(db)
      await createSessionTokens(db)
      await createMagicLinks(db)
    },
  }
}

type Db = Kysely<unknown>
type Table = CreateTableBuilder<string, 'id'>

/** next-auth's adapter inserts accounts and sessions without an id. */
function withRandomId(db: Db, table: string, kind: DatabaseKind): Table {
  const random = kind === 'postgres' ? sql`gen_random_uuid()::text` : sql`(lower(hex(randomblob(16))))`
  return db.schema
    .createTable(table)
    .addColumn('id', 'text', (column) => column.primaryKey().defaultTo(random).notNull())
}

function withId(db: Db, table: string): Table {
  return db.schema.createTable(table).addColumn('id', 'text', (column) => column.primaryKey().notNull())
}

async function createAuthTables(db: Db, kind: DatabaseKind): Promise<void> {
  await withRandomId(db, 'User', kind)
    .addColumn('name', 'text')
    .addColumn('email', 'text', (column) => column.notNull().unique())
    .addColumn('emailVerified', 'text')
    .addColumn('image', 'text')
    .addColumn('role', 'text', (column) => column.notNull().defaultTo('member'))
    .execute()
  await withRandomId(db, 'Account', kind)
    .addColumn('userId', 'text', (column) => column.notNull().references('User.id').onDelete('cascade'))
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('providerAccountId', 'text', (column) => column.notNull())
    .addColumn('refresh_token', 'text')
    .addColumn('access_token', 'text')
    .addColumn('expires_at', 'bigint')
    .addColumn('token_type', 'text')
    .addColumn('scope', 'text')
    .addColumn('id_token', 'text')
    .addColumn('session_state', 'text')
    .addUniqueConstraint('account_provider', ['provider', 'providerAccountId'])
    .execute()
  await withRandomId(db, 'Session', kind)
    .addColumn('userId', 'text', (column) => column.notNull().references('User.id').onDelete('cascade'))
    .addColumn('sessionToken', 'text', (column) => column.notNull().unique())
    .addColumn('expires', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('VerificationToken')
    .addColumn('identifier', 'text', (column) => column.notNull())
    .addColumn('token', 'text', (column) => column.notNull().unique())
    .addColumn('expires', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('account_user').on('Account').column('userId').execute()
  await db.schema.createIndex('session_user').on('Session').column('userId').execute()
}

async function createApiKeys(db: Db): Promise<void> {
  await withId(db, 'api_keys')
    .addColumn('user_id', 'text', (column) => column.notNull().references('User.id').onDelete('cascade'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('prefix', 'text', (column) => column.notNull())
    .addColumn('key_hash', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('last_used_at', 'text')
    .execute()
  await db.schema.createIndex('api_key_user').on('api_keys').column('user_id').execute()
}

/** A user with sandboxes cannot be deleted: their files and processes would be left without an owner. */
async function createSandboxes(db: Db): Promise<void> {
  await withId(db, 'sandboxes')
    .addColumn('user_id', 'text', (column) => column.notNull().references('User.id'))
    .addColumn('api_key_id', 'text', (column) => column.references('api_keys.id').onDelete('set null'))
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('namespace', 'text')
    .addColumn('template_id', 'text')
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('envs', 'text', (column) => column.notNull())
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addColumn('egress', 'text', (column) => column.notNull())
    .addColumn('limits', 'text', (column) => column.notNull())
    .addColumn('unenforced', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('status_reason', 'text')
    .addColumn('agent_secret_sealed', 'text', (column) => column.notNull())
    .addColumn('access_token_hash', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('last_used_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text')
    .addColumn('disk_bytes', 'bigint')
    .execute()
  await db.schema.createIndex('sandbox_user').on('sandboxes').columns(['user_id', 'created_at']).execute()
  await db.schema.createIndex('sandbox_api_key').on('sandboxes').column('api_key_id').execute()
}

function ofSandbox(table: Table): Table {
  return table.addColumn('sandbox_id', 'text', (column) =>
    column.notNull().references('sandboxes.id').onDelete('cascade'),
  )
}

async function createSessionTokens(db: Db): Promise<void> {
  await ofSandbox(withId(db, 'session_tokens'))
    .addColumn('token_hash', 'text', (column) => column.notNull().unique())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addColumn('last_used_at', 'text')
    .execute()
  await db.schema.createIndex('session_token_sandbox').on('session_tokens').column('sandbox_id').execute()
}

async function createMagicLinks(db: Db): Promise<void> {
  await ofSandbox(withId(db, 'magic_links'))
    .addColumn('secret_hash', 'text', (column) => column.notNull().unique())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('redirect_url', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addColumn('used_at', 'text')
    .execute()
  await db.schema.createIndex('magic_link_sandbox').on('magic_links').column('sandbox_id').execute()
  await db.schema.createIndex('magic_link_expiry').on('magic_links').column('expires_at').execute()
}

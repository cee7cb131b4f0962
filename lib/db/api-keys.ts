import type { Insertable, Kysely, Selectable } from 'kysely'
import type { ApiKeyTable, Database } from './schema'

export type ApiKeyRow = Selectable<ApiKeyTable>

export class ApiKeyStore {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  async insert(key: Insertable<ApiKeyTable>): Promise<void> {
    await this.#db.insertInto('api_keys').values(key).execute()
  }

  async findByHash(keyHash: string): Promise<ApiKeyRow | null> {
    const row = await this.#db
      .selectFrom('api_keys')
      .selectAll()
      .where('key_hash', '=', keyHash)
      .executeTakeFirst()
    return row ?? null
  }

  /** Those of these ids that are still a key's, in any order. */
  async among(ids: string[]): Promise<string[]> {
    const rows = await this.#db.selectFrom('api_keys').select('id').where('id', 'in', ids).execute()
    return rows.map(({ id }) => id)
  }

  /** Newest first. */
  listByUser(userId: string): Promise<ApiKeyRow[]> {
    return this.#db
      .selectFrom('api_keys')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .execute()
  }

  async touch(id: string, nowIso: string): Promise<void> {
    await this.#db.updateTable('api_keys').set({ last_used_at: nowIso }).where('id', '=', id).execute()
  }

  /** False when the user has no such key. Sandboxes made with it stay. */
  async delete(userId: string, id: string): Promise<boolean> {
    const result = await this.#db
      .deleteFrom('api_keys')
      .where('user_id', '=', userId)
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return result.numDeletedRows > 0n
  }
}

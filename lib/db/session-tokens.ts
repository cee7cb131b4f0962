import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Database, SessionTokenTable } from './schema'

export type SessionTokenRow = Selectable<SessionTokenTable>

/** Expired tokens stay listed until they are deleted: whoever reads one compares `expires_at` with the time. */
export class SessionTokenStore {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  async insert(token: Insertable<SessionTokenTable>): Promise<void> {
    await this.#db.insertInto('session_tokens').values(token).execute()
  }

  async findByHash(tokenHash: string): Promise<SessionTokenRow | null> {
    const row = await this.#db
      .selectFrom('session_tokens')
      .selectAll()
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst()
    return row ?? null
  }

  /** Null also where the token is another sandbox's. */
  async get(sandboxId: string, id: string): Promise<SessionTokenRow | null> {
    const row = await this.#db
      .selectFrom('session_tokens')
      .selectAll()
      .where('sandbox_id', '=', sandboxId)
      .where('id', '=', id)
      .executeTakeFirst()
    return row ?? null
  }

  /** Those of these ids that are still a token's and have not expired, in any order. */
  async validAmong(ids: string[], nowIso: string): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('session_tokens')
      .select('id')
      .where('id', 'in', ids)
      .where('expires_at', '>', nowIso)
      .execute()
    return rows.map(({ id }) => id)
  }

  /** Newest first. */
  listBySandbox(sandboxId: string): Promise<SessionTokenRow[]> {
    return this.#db
      .selectFrom('session_tokens')
      .selectAll()
      .where('sandbox_id', '=', sandboxId)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .execute()
  }

  async touch(id: string, nowIso: string): Promise<void> {
    await this.#db.updateTable('session_tokens').set({ last_used_at: nowIso }).where('id', '=', id).execute()
  }

  /** False when the sandbox has no such token. */
  async delete(sandboxId: string, id: string): Promise<boolean> {
    const result = await this.#db
      .deleteFrom('session_tokens')
      .where('sandbox_id', '=', sandboxId)
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return result.numDeletedRows > 0n
  }
}

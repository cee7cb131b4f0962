import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Database, MagicLinkTable } from './schema'

export type MagicLinkRow = Selectable<MagicLinkTable>

export class MagicLinkStore {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  async insert(link: Insertable<MagicLinkTable>): Promise<void> {
    await this.#db.insertInto('magic_links').values(link).execute()
  }

  /**
   * Uses the link up and returns it; null when it is unknown, used or expired. One statement, so that of any number of
   * callers at once, in any number of processes, exactly one gets it.
   */
  async redeem(secretHash: string, nowIso: string): Promise<MagicLinkRow | null> {
    const row = await this.#db
      .updateTable('magic_links')
      .set({ used_at: nowIso })
      .where('secret_hash', '=', secretHash)
      .where('used_at', 'is', null)
      .where('expires_at', '>', nowIso)
      .returningAll()
      .executeTakeFirst()
    return row ?? null
  }

  /** Whether `redeem` would return it, of this sandbox, if it were asked now. */
  async isOpen(sandboxId: string, secretHash: string, nowIso: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('magic_links')
      .select('id')
      .where('sandbox_id', '=', sandboxId)
      .where('secret_hash', '=', secretHash)
      .where('used_at', 'is', null)
      .where('expires_at', '>', nowIso)
      .executeTakeFirst()
    return row !== undefined
  }

  /** How many were removed. */
  async deleteExpired(nowIso: string): Promise<number> {
    const result = await this.#db
      .deleteFrom('magic_links')
      .where('expires_at', '<=', nowIso)
      .executeTakeFirstOrThrow()
    return Number(result.numDeletedRows)
  }
}

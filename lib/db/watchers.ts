import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Database, WatcherTable } from './schema'

export type WatcherRow = Selectable<WatcherTable>

/** Watchers end with their sandbox, and by nothing else but a call. */
export class WatcherStore {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  async insert(watcher: Insertable<WatcherTable>): Promise<void> {
    await this.#db.insertInto('watchers').values(watcher).execute()
  }

  /** Oldest first. */
  listBySandbox(sandboxId: string): Promise<WatcherRow[]> {
    return this.#db
      .selectFrom('watchers')
      .selectAll()
      .where('sandbox_id', '=', sandboxId)
      .orderBy('created_at')
      .orderBy('id')
      .execute()
  }

  async delete(sandboxId: string, id: string): Promise<void> {
    await this.#db.deleteFrom('watchers').where('sandbox_id', '=', sandboxId).where('id', '=', id).execute()
  }
}

import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Database, SignalsTable } from './schema'

export type SignalsRow = Selectable<SignalsTable>

/** The sandboxes whose signals have been started and not stopped. */
export class SignalStore {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /** The last one counts. */
  async put(signals: Insertable<SignalsTable>): Promise<void> {
    await this.#db
      .insertInto('signals')
      .values(signals)
      .onConflict((conflict) => conflict.column('sandbox_id').doUpdateSet(signals))
      .execute()
  }

  async get(sandboxId: string): Promise<SignalsRow | null> {
    const row = await this.#db
      .selectFrom('signals')
      .selectAll()
      .where('sandbox_id', '=', sandboxId)
      .executeTakeFirst()
    return row ?? null
  }

  async delete(sandboxId: string): Promise<void> {
    await this.#db.deleteFrom('signals').where('sandbox_id', '=', sandboxId).execute()
  }
}

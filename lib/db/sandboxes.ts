import type { Insertable, Kysely, Selectable, Updateable } from 'kysely'
import type { Database, SandboxTable } from './schema'

export type SandboxRow = Selectable<SandboxTable>

export class SandboxStore {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  async insert(sandbox: Insertable<SandboxTable>): Promise<void> {
    await this.#db.insertInto('sandboxes').values(sandbox).execute()
  }

  async get(id: string): Promise<SandboxRow | null> {
    const row = await this.#db.selectFrom('sandboxes').selectAll().where('id', '=', id).executeTakeFirst()
    return row ?? null
  }

  /** Newest first. */
  listByUser(userId: string): Promise<SandboxRow[]> {
    return this.#newestFirst().where('user_id', '=', userId).execute()
  }

  /** Newest first. */
  listAll(): Promise<SandboxRow[]> {
    return this.#newestFirst().execute()
  }

  /** False when there is no such sandbox. */
  async update(id: string, changes: Updateable<Omit<SandboxTable, 'id'>>): Promise<boolean> {
    if (Object.keys(changes).length === 0) return (await this.get(id)) !== null
    const result = await this.#db
      .updateTable('sandboxes')
      .set(changes)
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return result.numUpdatedRows > 0n
  }

  /** Its session tokens and magic links go with it. False when there is no such sandbox. */
  async delete(id: string): Promise<boolean> {
    const result = await this.#db.deleteFrom('sandboxes').where('id', '=', id).executeTakeFirstOrThrow()
    return result.numDeletedRows > 0n
  }

  #newestFirst() {
    return this.#db.selectFrom('sandboxes').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc')
  }
}

import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Database, SnapshotTable } from './schema'

export type SnapshotRow = Selectable<SnapshotTable>

/** Those that are being made are in `get` and `listAll` alone. */
export class SnapshotStore {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  async insert(snapshot: Insertable<SnapshotTable>): Promise<void> {
    await this.#db.insertInto('snapshots').values(snapshot).execute()
  }

  async get(id: string): Promise<SnapshotRow | null> {
    const row = await this.#db.selectFrom('snapshots').selectAll().where('id', '=', id).executeTakeFirst()
    return row ?? null
  }

  /** Newest first. */
  listByUser(userId: string): Promise<SnapshotRow[]> {
    return this.#newestFirst().where('user_id', '=', userId).where('status', '=', 'ready').execute()
  }

  /** Newest first. */
  listBySandbox(sandboxId: string): Promise<SnapshotRow[]> {
    return this.#newestFirst().where('sandbox_id', '=', sandboxId).where('status', '=', 'ready').execute()
  }

  /** Newest first. */
  listAll(): Promise<SnapshotRow[]> {
    return this.#newestFirst().execute()
  }

  /** Its files are whole. False when there is no such snapshot. */
  async finish(id: string, sizeBytes: number): Promise<boolean> {
    const result = await this.#db
      .updateTable('snapshots')
      .set({ status: 'ready', size_bytes: sizeBytes })
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return result.numUpdatedRows > 0n
  }

  /** False when there is no such snapshot. */
  async delete(id: string): Promise<boolean> {
    const result = await this.#db.deleteFrom('snapshots').where('id', '=', id).executeTakeFirstOrThrow()
    return result.numDeletedRows > 0n
  }

  #newestFirst() {
    return this.#db.selectFrom('snapshots').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc')
  }
}

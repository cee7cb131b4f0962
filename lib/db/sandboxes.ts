import type { Insertable, Kysely, Selectable, Updateable } from 'kysely'
import { SandboxError } from '@/lib/errors'
import type { Database, SandboxTable } from './schema'

export type SandboxRow = Selectable<SandboxTable>

export class SandboxStore {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /** `already_exists` where its owner has one of that name in that namespace: of several at once, one gets it. */
  async insert(sandbox: Insertable<SandboxTable>): Promise<void> {
    const inserted = await this.#db
      .insertInto('sandboxes')
      .values(sandbox)
      .onConflict((conflict) => conflict.columns(['user_id', 'namespace', 'name']).doNothing())
      .returning('id')
      .executeTakeFirst()
    if (inserted) return
    const { name, namespace } = sandbox
    throw new SandboxError(
      'already_exists',
      `You have a sandbox named ${name} in the namespace ${namespace} already. Find it by that name, delete it, or choose another name.`,
    )
  }

  async get(id: string): Promise<SandboxRow | null> {
    const row = await this.#db.selectFrom('sandboxes').selectAll().where('id', '=', id).executeTakeFirst()
    return row ?? null
  }

  async findByName(userId: string, namespace: string, name: string): Promise<SandboxRow | null> {
    const row = await this.#db
      .selectFrom('sandboxes')
      .selectAll()
      .where('user_id', '=', userId)
      .where('namespace', '=', namespace)
      .where('name', '=', name)
      .executeTakeFirst()
    return row ?? null
  }

  /** Oldest first. */
  listChildren(parentId: string): Promise<SandboxRow[]> {
    return this.#db
      .selectFrom('sandboxes')
      .selectAll()
      .where('parent_id', '=', parentId)
      .orderBy('created_at')
      .orderBy('id')
      .execute()
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

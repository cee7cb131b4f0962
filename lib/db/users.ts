import { randomUUID } from 'node:crypto'
import type { Kysely, Selectable } from 'kysely'
import type { Database, UserTable } from './schema'

export type UserRow = Selectable<UserTable>

export class UserStore {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /** The user with this address, made if need be, as an owner. Alike for any number of callers at once. */
  ensureOwner(email: string): Promise<UserRow> {
    return this.#db
      .insertInto('User')
      .values({ id: randomUUID(), email: normalized(email), role: 'owner' })
      .onConflict((conflict) => conflict.column('email').doUpdateSet({ role: 'owner' }))
      .returningAll()
      .executeTakeFirstOrThrow()
  }

  async get(id: string): Promise<UserRow | null> {
    const row = await this.#db.selectFrom('User').selectAll().where('id', '=', id).executeTakeFirst()
    return row ?? null
  }

  async getByEmail(email: string): Promise<UserRow | null> {
    const row = await this.#db
      .selectFrom('User')
      .selectAll()
      .where('email', '=', normalized(email))
      .executeTakeFirst()
    return row ?? null
  }
}

/** As next-auth does before it looks a user up. */
function normalized(email: string): string {
  return email.trim().toLowerCase()
}

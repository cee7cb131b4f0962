import { createHash } from 'node:crypto'
import { type Database as AuthDatabase, format, KyselyAdapter } from '@auth/kysely-adapter'
import type { Kysely } from 'kysely'
import type { Adapter, AdapterAccount, AdapterSession, AdapterUser } from 'next-auth/adapters'
import type { Database } from '@/lib/db/schema'

/**
 * next-auth's rows in our tables. Beside what the published adapter does, it keeps times as text on PostgreSQL too (where the
 * adapter would hand text back as the expiry, and no session or link would ever expire), and stores a session's token
 * only as a hash, so that a stolen database signs nobody in.
 */
export function authAdapter(db: Kysely<Database>): Adapter {
  // The published types know next-auth 5's dates; the rows are the same.
  const inner = KyselyAdapter(db as unknown as Kysely<AuthDatabase>) as unknown as Required<Adapter>
  return {
    createUser: async (user: Omit<AdapterUser, 'id'>) => read(await inner.createUser(write(user))),
    getUser: async (id) => readIfAny(await inner.getUser(id)),
    getUserByEmail: async (email) => readIfAny(await inner.getUserByEmail(email)),
    getUserByAccount: async (account) => readIfAny(await inner.getUserByAccount(account)),
    updateUser: async (user) => read<AdapterUser>(await inner.updateUser(write(user))),
    linkAccount: (account: AdapterAccount) => inner.linkAccount(account),
    createVerificationToken: async (token) => readIfAny(await inner.createVerificationToken(write(token))),
    useVerificationToken: async (token) => readIfAny(await inner.useVerificationToken(token)),
    ...sessionPart(inner),
  }
}

function sessionPart(inner: Required<Adapter>) {
  return {
    async createSession(session: AdapterSession): Promise<AdapterSession> {
      await inner.createSession(write({ ...session, sessionToken: hashed(session.sessionToken) }))
      return session
    },
    async getSessionAndUser(sessionToken: string) {
      const found = await inner.getSessionAndUser(hashed(sessionToken))
      if (found === null) return null
      return { user: read(found.user), session: { ...read(found.session), sessionToken } }
    },
    async updateSession(session: Partial<AdapterSession> & Pick<AdapterSession, 'sessionToken'>) {
      const { sessionToken } = session
      const updated = await inner.updateSession(write({ ...session, sessionToken: hashed(sessionToken) }))
      return updated ? { ...read(updated), sessionToken } : null
    },
    async deleteSession(sessionToken: string): Promise<void> {
      await inner.deleteSession(hashed(sessionToken))
    },
  }
}

function hashed(sessionToken: string): string {
  return createHash('sha256').update(sessionToken).digest('hex')
}

/** Dates as text; typed as before, since that is what the adapter asks for. */
function write<T extends object>(row: T): T {
  return format.to<T>(row)
}

/** Text that is a time as a Date. */
function read<T extends object>(row: T): T {
  return format.from<T>(row)
}

function readIfAny<T extends object>(row: T | null | undefined): T | null {
  return row ? read(row) : null
}

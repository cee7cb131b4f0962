import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { NextAuthOptions } from 'next-auth'
import type { Database } from '@/lib/db/schema'
import { UserStore } from '@/lib/db/users'
import { authAdapter } from './adapter'
import { appDatabase } from './app-database'
import { isMailConfigured, linkProvider, mayHaveMail } from './sign-in-mail'

const SESSION_SECONDS = 30 * 24 * 3600

/** next-auth's settings: sessions in the database, so that they can be ended, and one-use links to begin them. */
export async function authOptions(): Promise<NextAuthOptions> {
  return authOptionsFor((await appDatabase()).db)
}

export function authOptionsFor(db: Kysely<Database>): NextAuthOptions {
  const users = new UserStore(db)
  return {
    adapter: authAdapter(db),
    providers: [linkProvider()],
    session: {
      strategy: 'database',
      maxAge: SESSION_SECONDS,
      generateSessionToken: () => randomBytes(32).toString('base64url'),
    },
    pages: { signIn: '/sign-in', error: '/sign-in', verifyRequest: '/sign-in' },
    cookies: { sessionToken: sessionCookie() },
    callbacks: {
      async signIn({ user, email }) {
        // Links are for people who are already known here: nobody signs up by asking for mail.
        if (!user.email || (await users.getByEmail(user.email)) === null) return false
        return email?.verificationRequest !== true || (isMailConfigured() && mayHaveMail(db, user.email))
      },
      session: ({ session, user }) => ({ ...session, user: { ...session.user, id: user.id } }),
    },
  }
}

/** A name of our own: cookies of localhost are shared by all its ports, and other programs there use next-auth too. */
export function sessionCookie() {
  const secure = process.env.NEXTAUTH_URL?.startsWith('https://') ?? false
  return {
    name: secure ? '__Host-sandlot-session' : 'sandlot-session',
    options: { httpOnly: true, sameSite: 'lax' as const, path: '/', secure },
  }
}

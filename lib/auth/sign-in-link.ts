import { createHash, randomBytes } from 'node:crypto'
import type { OpenDatabase } from '@/lib/db/open-database'
import { UserStore } from '@/lib/db/users'

export const LINK_LIFETIME_SECONDS = 10 * 60
export const OWNER_EMAIL = 'owner@localhost'

export interface SignInLinkOptions {
  database: OpenDatabase
  /** Where browsers reach the app, without a slash at its end. */
  baseUrl: string
  /** NEXTAUTH_SECRET: next-auth hashes the token together with it. */
  secret: string
  /** Whom it signs in, as an owner; made if need be. */
  email?: string
}

/** A link that signs the owner in: once, within ten minutes, by the button on the page that it opens. */
export async function createSignInLink(options: SignInLinkOptions): Promise<string> {
  const { db } = options.database
  const owner = await new UserStore(db).ensureOwner(options.email ?? OWNER_EMAIL)
  const token = randomBytes(32).toString('base64url')
  const now = Date.now()
  await db.deleteFrom('VerificationToken').where('expires', '<', new Date(now).toISOString()).execute()
  await db
    .insertInto('VerificationToken')
    .values({
      identifier: owner.email,
      token: createHash('sha256').update(`${token}${options.secret}`).digest('hex'),
      expires: new Date(now + LINK_LIFETIME_SECONDS * 1000).toISOString(),
    })
    .execute()
  return signInUrl(options.baseUrl, { token, email: owner.email })
}

/**
 * The secret is in the fragment, which browsers send to nobody: it is in no log and no Referer, and fetching the address, as
 * mail scanners and link previews do, uses nothing up.
 */
export function signInUrl(baseUrl: string, link: { token: string; email: string }): string {
  return `${baseUrl}/sign-in#${new URLSearchParams(link)}`
}

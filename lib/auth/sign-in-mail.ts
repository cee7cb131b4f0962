import type { Kysely } from 'kysely'
import EmailProvider, { type EmailConfig } from 'next-auth/providers/email'
import { createTransport } from 'nodemailer'
import type { Database } from '@/lib/db/schema'
import { LINK_LIFETIME_SECONDS, signInUrl } from './sign-in-link'

/** Links that are still good; more than these are not sent to one address, so that nobody's mailbox can be flooded. */
const MAX_OPEN_LINKS = 5

/** Whether links go out by mail: EMAIL_SERVER is smtp://user:password@host:port. */
export function isMailConfigured(): boolean {
  return (process.env.EMAIL_SERVER ?? '') !== ''
}

/** next-auth's provider of one-use links: it redeems those of `createSignInLink`, and sends others by mail. */
export function linkProvider(): EmailConfig {
  const from = process.env.EMAIL_FROM || 'Sandlot <sandlot@localhost>'
  return EmailProvider({
    from,
    maxAge: LINK_LIFETIME_SECONDS,
    async sendVerificationRequest({ identifier, url, token }) {
      const link = signInUrl(new URL(url).origin, { token, email: identifier })
      await createTransport(process.env.EMAIL_SERVER).sendMail({ to: identifier, from, ...letter(link) })
    },
  })
}

export async function mayHaveMail(db: Kysely<Database>, email: string): Promise<boolean> {
  const { count } = await db
    .selectFrom('VerificationToken')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('identifier', '=', email)
    .where('expires', '>', new Date().toISOString())
    .executeTakeFirstOrThrow()
  return Number(count) < MAX_OPEN_LINKS
}

function letter(link: string): { subject: string; text: string } {
  const text = [
    'Open this address and press the button to sign in to Sandlot:',
    link,
    'It works once, within ten minutes. If you did not ask for it, there is nothing to do.',
  ]
  return { subject: 'Sign in to Sandlot', text: `${text.join('\n\n')}\n` }
}

import type { Metadata } from 'next'
import { SignIn } from '@/components/shell/sign-in'
import { currentUser } from '@/lib/auth/session'
import { isMailConfigured } from '@/lib/auth/sign-in-mail'

export const metadata: Metadata = { title: 'Sign in' }

interface SignInPageProps {
  searchParams: Promise<{ notice?: string | string[] }>
}

/** Fetching this page, link or no link, uses nothing up: the button does. */
export default async function SignInPage({ searchParams }: SignInPageProps) {
  const { notice } = await searchParams
  const user = await currentUser()
  return (
    <SignIn
      notice={typeof notice === 'string' ? notice : null}
      signedInAs={user?.email ?? null}
      sendsMail={isMailConfigured()}
    />
  )
}

'use client'

import Link from 'next/link'
import { type ReactNode, useSyncExternalStore } from 'react'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { Mark } from './mark'
import { SignInByMail } from './sign-in-by-mail'
import { linkOfFragment, type SignInLink } from './sign-in-fragment'

export interface SignInProps {
  /** What happened just before: 'link', 'origin' or 'signed-out'. */
  notice: string | null
  signedInAs: string | null
  /** Whether links can be had by mail. */
  sendsMail: boolean
}

export function SignIn({ notice, signedInAs, sendsMail }: SignInProps) {
  const fragment = useSyncExternalStore(
    onFragmentChange,
    () => window.location.hash,
    () => null,
  )
  const link = fragment === null ? null : linkOfFragment(fragment)
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-4 p-6">
      <Mark className="size-10" />
      {fragment === null ? (
        <NotYetKnown />
      ) : link !== null ? (
        <WithLink link={link} />
      ) : signedInAs !== null ? (
        <SignedIn email={signedInAs} />
      ) : (
        <WithoutLink notice={notice} sendsMail={sendsMail} />
      )}
    </main>
  )
}

function onFragmentChange(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

/** Whether the address carries a link is known in the browser alone; until then, the size of what comes. */
function NotYetKnown() {
  return (
    <div role="status" aria-label="Loading">
      <Skeleton className="h-7 w-48" />
      <Skeleton className="mt-2 h-5 w-full" />
      <Skeleton className="mt-5 h-10 w-full rounded-medium" />
    </div>
  )
}

function WithLink({ link }: { link: SignInLink }) {
  return (
    <>
      <Heading title="Welcome to Sandlot">
        This link signs you in as <strong className="font-semibold text-ink">{link.email}</strong>. It works
        once.
      </Heading>
      <form method="post" action="/sign-in/redeem">
        <input type="hidden" name="token" value={link.token} />
        <input type="hidden" name="email" value={link.email} />
        <Button type="submit" variant="primary" size="large" className="w-full">
          Sign in to Sandlot
        </Button>
      </form>
    </>
  )
}

function SignedIn({ email }: { email: string }) {
  return (
    <>
      <Heading title="You are signed in">As {email}, in this browser.</Heading>
      <Button asChild variant="primary" size="large">
        <Link href="/">Go to your sandboxes</Link>
      </Button>
    </>
  )
}

const NOTICES: Record<string, string> = {
  link: 'It was used already, is older than ten minutes, or is incomplete.',
  origin: 'The request to sign in came from another site, so nothing was done.',
  'signed-out': 'You are signed out.',
}

function WithoutLink({ notice, sendsMail }: { notice: string | null; sendsMail: boolean }) {
  const said = notice === null ? undefined : NOTICES[notice]
  return (
    <>
      <Heading title={notice === 'link' ? 'This link no longer works' : 'Sign in to Sandlot'}>
        {said !== undefined && <span role="status">{said}</span>}
      </Heading>
      {sendsMail && <SignInByMail />}
      <div className="rounded-large border bg-surface p-4">
        <p className="font-semibold">Get a new link</p>
        <p className="mt-1 text-13 text-ink-2">
          On the machine that runs Sandlot, run this in its folder and open the address that it prints:
        </p>
        <pre className="mt-2 rounded-medium bg-sunken px-3 py-2 font-code text-13">npm run sign-in</pre>
        <p className="mt-2 text-13 text-ink-2">A start of Sandlot prints one too.</p>
      </div>
    </>
  )
}

function Heading({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h1 className="text-20 font-semibold">{title}</h1>
      <p className="mt-1 text-ink-2">{children}</p>
    </div>
  )
}

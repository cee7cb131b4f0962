import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { getServerSession } from 'next-auth'
import { authOptions, sessionCookie } from './options'

export interface SignedInUser {
  id: string
  email: string
}

/** For server routes: who is signed in, or null. */
export async function currentUser(): Promise<SignedInUser | null> {
  // Reading the cookie first also tells Next that no page with a user can be made at build time.
  if (!(await cookies()).has(sessionCookie().name)) return null
  const session = await getServerSession(await authOptions())
  const user = session?.user as { id?: string; email?: string | null } | undefined
  return user?.id && user.email ? { id: user.id, email: user.email } : null
}

/** For pages: who is signed in; anyone else goes to the sign-in page. */
export async function requireUser(): Promise<SignedInUser> {
  return (await currentUser()) ?? redirect('/sign-in')
}

import { NextRequest } from 'next/server'
import NextAuth from 'next-auth'
import { authOptions } from './options'

/**
 * Lets next-auth redeem a sign-in link, and answers with the cookies of the new session; null where the link is used, expired
 * or wrong. Called with the POST of the button; next-auth itself would redeem on GET, which mail scanners send too.
 */
export async function redeemLink(link: { token: string; email: string }): Promise<string[] | null> {
  const address = new URL('/api/auth/callback/email', process.env.NEXTAUTH_URL)
  address.search = String(new URLSearchParams({ token: link.token, email: link.email }))
  const params = Promise.resolve({ nextauth: ['callback', 'email'] })
  const options = await authOptions()
  const response: Response = await NextAuth(new NextRequest(address), { params }, options)
  const cookies = response.headers.getSetCookie()
  const sessionCookie = `${options.cookies?.sessionToken?.name}=`
  return cookies.some((cookie) => cookie.startsWith(sessionCookie)) ? cookies : null
}

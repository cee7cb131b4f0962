import { cookies } from 'next/headers'
import { authAdapter } from '@/lib/auth/adapter'
import { appDatabase } from '@/lib/auth/app-database'
import { sessionCookie } from '@/lib/auth/options'
import { isSameOrigin } from '@/lib/auth/same-origin'

/** Ends the session, in the database as well as in this browser. */
export async function POST(request: Request): Promise<Response> {
  if (!isSameOrigin(request))
    return new Response('Sign out from the page of Sandlot itself.', { status: 403 })
  const { name, options } = sessionCookie()
  const jar = await cookies()
  const token = jar.get(name)?.value
  if (token !== undefined) await authAdapter((await appDatabase()).db).deleteSession?.(token)
  jar.set(name, '', { ...options, maxAge: 0 })
  return new Response(null, { status: 303, headers: { location: '/sign-in?notice=signed-out' } })
}

import type { NextRequest } from 'next/server'
import NextAuth from 'next-auth'
import { authOptions } from '@/lib/auth/options'

type Context = { params: Promise<{ nextauth: string[] }> }

/** A link is used up by a button and never by fetching an address, so next-auth's own callback address is no way in. */
export async function GET(request: NextRequest, context: Context): Promise<Response> {
  const { nextauth } = await context.params
  if (nextauth[0] === 'callback')
    return new Response(null, { status: 303, headers: { location: '/sign-in' } })
  return answer(request, context)
}

export async function POST(request: NextRequest, context: Context): Promise<Response> {
  const { nextauth } = await context.params
  if (nextauth[0] === 'callback') return new Response(null, { status: 405 })
  return answer(request, context)
}

async function answer(request: NextRequest, context: Context): Promise<Response> {
  return NextAuth(request, context, await authOptions())
}

import type { z } from 'zod'
import { loadAssertionKey, signAssertion } from '@/lib/auth/assertion'
import { isSameOrigin } from '@/lib/auth/same-origin'
import { currentUser, type SignedInUser } from '@/lib/auth/session'
import { SandboxesClient } from '@/lib/client/sandboxes'
import { SandboxError, toSandboxError } from '@/lib/errors'
import { limitedBody } from './limited-body'

export interface Call {
  request: Request
  user: SignedInUser
  /** The sandbox API, speaking for this user. */
  sandboxes: SandboxesClient
  /** The `[id]` of the path; '' where the path has none. */
  id: string
}

/** Next gives a route without `[id]` no params at all. */
type Context = { params: Promise<{ id?: string } | undefined> }

/**
 * A server route of the signed-in user: who is it, is a write from our own pages, then the act. What the act returns is the
 * answer; nothing is 204. A refusal is `{ error, code }` with its status.
 */
export function signedInRoute(act: (call: Call) => Promise<unknown>) {
  return async (request: Request, context: Context): Promise<Response> => {
    try {
      if (request.method !== 'GET' && !isSameOrigin(request))
        throw new SandboxError('origin_refused', 'This request does not come from Sandlot itself.')
      const user = await currentUser()
      if (user === null) throw new SandboxError('unauthorized', 'You are signed out. Sign in again.')
      const params = await context.params
      const answer = await act({ request, user, sandboxes: sandboxesOf(user), id: params?.id ?? '' })
      return answer === undefined ? new Response(null, { status: 204 }) : Response.json(answer, NOT_STORED)
    } catch (error) {
      return refusal(error)
    }
  }
}

/** The request's JSON, checked. */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(parseJson(await limitedBody(request)))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? 'body' : issue.path.join('.')
  throw new SandboxError('bad_request', `Wrong ${where}: ${issue?.message ?? 'not what was expected'}.`)
}

const NOT_STORED = { headers: { 'cache-control': 'no-store' } }

function sandboxesOf(user: SignedInUser): SandboxesClient {
  const key = loadAssertionKey(setting('SANDLOT_DATA_DIR'))
  return new SandboxesClient({
    baseUrl: setting('SANDLOT_API_URL'),
    token: signAssertion(key, { userId: user.id }),
    // Next would otherwise look at each answer for what it may keep.
    fetch: (input, init) => fetch(input, { ...init, cache: 'no-store' }),
  })
}

function setting(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '')
    throw new SandboxError('unavailable', `${name} is not set. Start Sandlot with npm start, which sets it.`)
  return value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SandboxError('bad_request', 'The body is not JSON.')
  }
}

function refusal(thrown: unknown): Response {
  const error = toSandboxError(thrown)
  if (error.code === 'internal') console.error(thrown)
  return Response.json({ error: error.message, code: error.code }, { status: error.status, ...NOT_STORED })
}

import { CreateSandboxBody } from '@/lib/protocol/sandboxes'
import { readBody, signedInRoute } from '../signed-in-route'

export const GET = signedInRoute(({ sandboxes }) => sandboxes.list())

/** The access token in the API's answer stays here: the browser gets in through `open`. */
export const POST = signedInRoute(async ({ request, sandboxes }) => {
  const { token: _token, ...sandbox } = await sandboxes.create(await readBody(request, CreateSandboxBody))
  return sandbox
})

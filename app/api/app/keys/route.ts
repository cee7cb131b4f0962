import { CreateApiKeyBody } from '@/lib/protocol/sandboxes'
import { readBody, signedInRoute } from '../signed-in-route'

export const GET = signedInRoute(({ sandboxes }) => sandboxes.listKeys())

/** The answer has the key itself, this once. */
export const POST = signedInRoute(async ({ request, sandboxes }) => {
  const { name } = await readBody(request, CreateApiKeyBody)
  return sandboxes.createKey(name)
})

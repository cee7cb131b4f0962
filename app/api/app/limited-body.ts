import { SandboxError } from '@/lib/errors'

/** The app's own requests are a name and a few numbers. */
const MAX_BODY_BYTES = 64 * 1024

/** A request's body as text; more than is reasonable is refused after so many bytes, whatever length was declared. */
export async function limitedBody(request: Request): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new SandboxError('too_large', 'The request is larger than 64 KB.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

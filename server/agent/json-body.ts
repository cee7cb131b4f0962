import * as z from 'zod/mini'
import { SandboxError } from '@/lib/errors'

/** Of a JSON body unless a route says otherwise: far above any command, far below what would hurt the agent. */
const MAX_JSON_BYTES = 16 * 1024 * 1024

/** The body as `schema` has it; else an error that names the field. */
export async function jsonBody<S extends z.core.$ZodType>(
  request: Request,
  schema: S,
  maxBytes: number = MAX_JSON_BYTES,
): Promise<z.output<S>> {
  return parseJson(await boundedText(request, maxBytes), schema)
}

export function parseJson<S extends z.core.$ZodType>(text: string, schema: S): z.output<S> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new SandboxError('bad_request', 'The body is not valid JSON.', { cause })
  }
  const result = z.safeParse(schema, value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const field = issue && issue.path.length > 0 ? issue.path.join('.') : 'body'
  throw new SandboxError('bad_request', `“${field}” is not as expected: ${describe(issue)}`)
}

/** zod/mini carries no messages unless a locale is loaded, which the start-up time is too good for. */
function describe(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'invalid_type') return `it must be of type ${issue.expected}.`
  if (issue?.code === 'invalid_value') return `it must be one of ${issue.values.map(String).join(', ')}.`
  if (issue?.code === 'too_small') return `it must be at least ${issue.minimum}.`
  if (issue?.code === 'too_big') return `it must be at most ${issue.maximum}.`
  return 'it has another form.'
}

async function boundedText(request: Request, maxBytes: number): Promise<string> {
  const tooLarge = () => new SandboxError('too_large', `The body may have at most ${maxBytes} bytes.`)
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge()
  if (request.body === null) return ''
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  try {
    for await (const chunk of request.body) {
      sizeBytes += chunk.length
      if (sizeBytes > maxBytes) throw tooLarge()
      chunks.push(chunk)
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (thrown) {
    if (thrown instanceof SandboxError) throw thrown
    throw new SandboxError('bad_request', 'The body was cut short or is not UTF-8.', { cause: thrown })
  }
}

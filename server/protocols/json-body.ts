import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'
import { SandboxError } from '@/lib/errors'
import { JsonStructure } from './json-structure'
import { LargeBodies } from './large-bodies'

export interface JsonBounds {
  maxBytes: number
  /** Arrays and objects among them. */
  maxValues: number
}

/** Commands, names, settings. Bodies that carry files say so. */
const ORDINARY: JsonBounds = { maxBytes: 1024 * 1024, maxValues: 20_000 }
/** Two of the largest; as text, as values and on their way to a sandbox they take several times as much. */
const largeBodies = new LargeBodies(192 * 1024 * 1024)
/** A client that sends its JSON more slowly than this is not one. */
const BODY_TIMEOUT_MS = 120_000

/** The body, checked. A missing one reads as `{}`, so that everything optional may be left out. */
export async function readJson<T>(
  request: IncomingMessage,
  response: ServerResponse,
  schema: z.ZodType<T>,
  bounds = ORDINARY,
): Promise<T> {
  const text = hasBody(request) ? await readText(request, response, bounds) : ''
  const parsed = schema.safeParse(text === '' ? {} : parse(text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : ''
  throw new SandboxError('bad_request', `The body is not as it should be. ${where}${issue?.message ?? ''}`)
}

function hasBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  return encoding !== undefined || (length !== undefined && length !== '0')
}

async function readText(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBytes, maxValues }: JsonBounds,
): Promise<string> {
  requireJson(request)
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const structure = new JsonStructure(maxValues)
  const hold = largeBodies.begin(response)
  let sizeBytes = 0
  const bytes = await collect(request, (chunk) => {
    sizeBytes += chunk.length
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
    hold(chunk.length)
    structure.take(chunk)
  })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new SandboxError('bad_request', 'The body is not UTF-8.', { cause: error })
  }
}

/** Also what keeps a form on a foreign page from calling us without a preflight. */
function requireJson(request: IncomingMessage): void {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new SandboxError('bad_request', 'Send the body as JSON, with Content-Type: application/json.')
  }
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity')
    throw new SandboxError('bad_request', 'Send the body without Content-Encoding.')
}

/** Leaves the rest of a body unread where `check` throws: whoever answers closes the connection. */
function collect(request: IncomingMessage, check: (chunk: Buffer) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const timer = setTimeout(
      () => fail(new SandboxError('timed_out', 'The body took too long.')),
      BODY_TIMEOUT_MS,
    )
    const stop = () => {
      clearTimeout(timer)
      request.off('data', onData).off('end', onEnd).off('close', onCut).off('error', onCut)
      request.pause()
    }
    const fail = (error: unknown) => {
      stop()
      reject(error)
    }
    const onData = (chunk: Buffer) => {
      chunks.push(chunk)
      try {
        check(chunk)
      } catch (error) {
        fail(error)
      }
    }
    const onEnd = () => {
      stop()
      resolve(Buffer.concat(chunks))
    }
    const onCut = () => fail(new SandboxError('bad_request', 'The body was cut short.'))
    request.on('data', onData).on('end', onEnd).on('close', onCut).on('error', onCut)
    if (request.destroyed) onCut()
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SandboxError('bad_request', 'The body is not JSON.', { cause: error })
  }
}

function tooLarge(maxBytes: number): SandboxError {
  const size = maxBytes >= 1024 * 1024 ? `${maxBytes / (1024 * 1024)} MB` : `${maxBytes / 1024} KB`
  return new SandboxError(
    'too_large',
    `The body may have ${size}. Send files with PUT /raw/{path}, which streams them.`,
  )
}

import { z } from 'zod'
import { type ErrorCode, isErrorCode, SandboxError } from '@/lib/errors'

/** An answer that says nothing for so long is given up; bodies may take any time after the headers. */
const ANSWER_TIMEOUT_MS = 30_000
/** Of an answer that is a sentence instead of JSON. */
const MAX_SENTENCE_CHARACTERS = 1000

export type HttpOptions = {
  /** Where the paths of `request` start, without a slash at its end. */
  baseUrl: string
  /** Sent as `Authorization: Bearer`; without it the browser's cookie speaks. */
  token?: string
  fetch?: typeof fetch
}

/** What a request may carry, of what both browsers and Node have. */
export type RequestBody = string | ArrayBuffer | Uint8Array<ArrayBuffer> | Blob

export type RequestOptions = {
  method?: string
  query?: Record<string, string | number | boolean | readonly string[] | undefined>
  headers?: Record<string, string>
  /** Sent as JSON. */
  json?: unknown
  /** Sent as it is. */
  body?: RequestBody
  signal?: AbortSignal
  timeoutMs?: number
  /** Statuses besides 2xx that are an answer, not a refusal. */
  accept?: readonly number[]
}

/** What checks an answer; zod's schemas do. */
type Schema<T> = {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: unknown }
}

export type Http = {
  readonly baseUrl: string
  readonly token: string | undefined
  /** The answer with its body unread; a refusal is thrown as a SandboxError. */
  request(path: string, options?: RequestOptions): Promise<Response>
  /** For calls whose answer says no more than that it is done. */
  send(path: string, options?: RequestOptions): Promise<void>
  /** The answer's JSON, checked. */
  json<T>(path: string, schema: Schema<T>, options?: RequestOptions): Promise<T>
}

export function createHttp(options: HttpOptions): Http {
  const fetchWith = options.fetch ?? ((input, init) => fetch(input, init))

  async function request(path: string, call: RequestOptions = {}): Promise<Response> {
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(), call.timeoutMs ?? ANSWER_TIMEOUT_MS)
    const signal = call.signal ? AbortSignal.any([call.signal, deadline.signal]) : deadline.signal
    const init: RequestInit = {
      method: call.method ?? 'GET',
      headers: headersOf(call, options.token),
      signal,
    }
    const body = call.json === undefined ? call.body : JSON.stringify(call.json)
    if (body !== undefined) init.body = body
    let response: Response
    try {
      response = await fetchWith(options.baseUrl + path + queryOf(call.query), init)
    } catch (error) {
      throw failureOf(error, call.signal, deadline.signal)
    } finally {
      clearTimeout(timer)
    }
    if (response.ok || call.accept?.includes(response.status)) return response
    throw await refusalOf(response)
  }

  async function read(path: string, call: RequestOptions): Promise<unknown> {
    const response = await request(path, call)
    const text = await response.text().catch((error) => {
      throw call.signal?.aborted ? error : brokenOff(error)
    })
    const body = parseJson(text)
    const sentence = text.trim()
    // Sandlot sends the status of long calls early; what fails after that it says as plain text.
    if (body !== undefined || sentence === '' || sentence.startsWith('<')) return body
    throw new SandboxError('internal', sentence.slice(0, MAX_SENTENCE_CHARACTERS))
  }

  async function json<T>(path: string, schema: Schema<T>, call: RequestOptions = {}): Promise<T> {
    const parsed = schema.safeParse(await read(path, call))
    if (parsed.success) return parsed.data
    throw new SandboxError('internal', `The answer to ${path} is not what was expected. Reload the page.`, {
      cause: parsed.error,
    })
  }

  async function send(path: string, call: RequestOptions = {}): Promise<void> {
    const late = LateRefusal.safeParse(await read(path, call)).data
    if (late) throw new SandboxError(isErrorCode(late.code) ? late.code : 'internal', late.error)
  }

  return { baseUrl: options.baseUrl, token: options.token, request, json, send }
}

/**
 * Each segment encoded by itself; a leading slash stays, since it tells an absolute path (`/raw//app/x`). `invalid_path`
 * for none, for `..`, which would leave the address of the call, and for what no address can hold.
 */
export function encodePath(path: string): string {
  const segments = path.split('/')
  if (path === '') throw new SandboxError('invalid_path', 'A path is needed, such as /app/x.txt.')
  if (segments.includes('..'))
    throw new SandboxError('invalid_path', 'A path cannot contain "..". Send the path that is meant.')
  try {
    return segments.map(encodeURIComponent).join('/')
  } catch (error) {
    throw new SandboxError('invalid_path', 'A path must be valid Unicode.', { cause: error })
  }
}

/** An id or a name as one segment of an address. */
export function encodeId(id: string): string {
  if (id !== '' && id !== '.' && id !== '..' && !/\p{Surrogate}/u.test(id)) return encodeURIComponent(id)
  throw new SandboxError('bad_request', `${JSON.stringify(id)} is not an id.`)
}

/** The WebSocket address of a path below a base address, which may be relative to the page. */
export function socketUrl(
  baseUrl: string,
  path: string,
  query: RequestOptions['query'],
  token?: string,
): string {
  const page = typeof location === 'undefined' ? undefined : location.href
  const url = new URL(baseUrl + path + queryOf({ ...query, token }), page)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}

/** A refusal's body, as every part of Sandlot writes it. */
const Refusal = z.object({ error: z.string(), code: z.string().optional() })
/** One that came after a status of success, as the root API says it. */
const LateRefusal = Refusal.extend({ success: z.literal(false) })

/** A refusal that was read by other means than `request`, such as an upload's. */
export function refusalFrom(status: number, bodyText: string): SandboxError {
  const parsed = Refusal.safeParse(parseJson(bodyText))
  const code = parsed.success && isErrorCode(parsed.data.code) ? parsed.data.code : codeOfStatus(status)
  const message = parsed.success ? parsed.data.error : `Sandlot answered ${status}. Try again in a moment.`
  return new SandboxError(code, message)
}

async function refusalOf(response: Response): Promise<SandboxError> {
  return refusalFrom(response.status, await response.text().catch(() => ''))
}

function headersOf(call: RequestOptions, token: string | undefined): Record<string, string> {
  return {
    ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...call.headers,
  }
}

function queryOf(query: RequestOptions['query']): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue
    for (const each of Array.isArray(value) ? value : [value]) params.append(name, String(each))
  }
  const text = params.toString()
  return text && `?${text}`
}

function failureOf(error: unknown, caller: AbortSignal | undefined, deadline: AbortSignal): unknown {
  if (caller?.aborted) return error
  if (deadline.aborted) return new SandboxError('timed_out', 'Sandlot did not answer in time. Try again.')
  return new SandboxError('unavailable', 'Sandlot cannot be reached. Check the connection and try again.', {
    cause: error,
  })
}

function brokenOff(cause: unknown): SandboxError {
  return new SandboxError('unavailable', 'The connection broke in the middle of an answer. Try again.', {
    cause,
  })
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'unauthorized'
  if (status === 403) return 'forbidden'
  if (status === 404) return 'not_found'
  if (status === 408) return 'timed_out'
  if (status === 409) return 'conflict'
  if (status === 412) return 'precondition_failed'
  if (status === 413) return 'too_large'
  if (status === 416) return 'range_not_satisfiable'
  if (status === 429) return 'too_many'
  if (status >= 500) return status === 503 ? 'unavailable' : 'internal'
  return 'bad_request'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

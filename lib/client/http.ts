import { z } from 'zod'
import { type ErrorCode, isErrorCode, SandboxError } from '@/lib/errors'

/** An answer that says nothing for so long is given up; bodies may take any time after the headers. */
const ANSWER_TIMEOUT_MS = 30_000

export type HttpOptions = {
  /** Where the paths of `request` start, without a slash at its end. */
  baseUrl: string
  /** Sent as `Authorization: Bearer`; without it the browser's cookie speaks. */
  token?: string
  fetch?: typeof fetch
}

export type RequestOptions = {
  method?: string
  query?: Record<string, string | number | boolean | readonly string[] | undefined>
  headers?: Record<string, string>
  /** Sent as JSON. */
  json?: unknown
  /** Sent as it is. */
  body?: BodyInit
  signal?: AbortSignal
  timeoutMs?: number
  /** Statuses besides 2xx that are an answer, not a refusal. */
  accept?: readonly number[]
}

export type Http = {
  readonly baseUrl: string
  readonly token: string | undefined
  /** The answer with its body unread; a refusal is thrown as a SandboxError. */
  request(path: string, options?: RequestOptions): Promise<Response>
  /** The answer's JSON, checked. */
  json<T>(path: string, schema: z.ZodType<T>, options?: RequestOptions): Promise<T>
}

export function createHttp(options: HttpOptions): Http {
  const send = options.fetch ?? ((input, init) => fetch(input, init))

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
      response = await send(options.baseUrl + path + queryOf(call.query), init)
    } catch (error) {
      throw failureOf(error, call.signal, deadline.signal)
    } finally {
      clearTimeout(timer)
    }
    if (response.ok || call.accept?.includes(response.status)) return response
    throw await refusalOf(response)
  }

  async function json<T>(path: string, schema: z.ZodType<T>, call?: RequestOptions): Promise<T> {
    const response = await request(path, call)
    const parsed = schema.safeParse(await response.json().catch(() => undefined))
    if (parsed.success) return parsed.data
    throw new SandboxError('internal', `The answer to ${path} is not what was expected. Reload the page.`, {
      cause: parsed.error,
    })
  }

  return { baseUrl: options.baseUrl, token: options.token, request, json }
}

/** Each segment encoded by itself; a leading slash stays, since it tells an absolute path (`/raw//app/x`). */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
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

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'unauthorized'
  if (status === 403) return 'forbidden'
  if (status === 404) return 'not_found'
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

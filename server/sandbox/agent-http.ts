import {
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as sendRequest,
} from 'node:http'
import type { Readable } from 'node:stream'
import type { ZodMiniType } from 'zod/mini'
import { SandboxError } from '@/lib/errors'
import { type Dial, DialedConnections } from './agent-dialer'
import { agentFailure, agentRefusal, invalidReply } from './agent-errors'
import { type Query, queryString } from './agent-query'

/** What an agent gets to answer, unless a call says otherwise; a sandbox that eats all its CPU still answers in seconds. */
const ANSWER_TIMEOUT_MS = 30_000
/** Requests that one agent has in hand at once. Beyond it a caller is refused, not queued: queues hide floods. */
const MAX_CONCURRENT_REQUESTS = 128
/** A refusal is one sentence. */
const MAX_REFUSAL_BYTES = 64 * 1024
/** Usual answers are records and short lists; calls with big ones say so. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024
/** Of all answers of one agent that are being collected at once, so that one sandbox cannot fill our memory. */
const MAX_COLLECTED_BYTES = 256 * 1024 * 1024

export interface AgentCall {
  query?: Query
  /** Sent as JSON. */
  json?: unknown
  headers?: OutgoingHttpHeaders
  /** Streamed; its errors end the request. */
  body?: Readable
  /** Until the answer's headers, and for JSON until its end. */
  timeoutMs?: number
  maxAnswerBytes?: number
  /** Statuses besides 2xx that are answers, not refusals. */
  accept?: readonly number[]
  signal?: AbortSignal
}

/** HTTP to one agent: bounded in time, size and number, every refusal a SandboxError. */
export class AgentHttp {
  readonly #connections: DialedConnections
  readonly #secret: string
  readonly #active = new Set<ClientRequest>()
  #collectedBytes = 0
  #closedBecause: SandboxError | null = null

  constructor(dial: Dial, secret: string) {
    this.#connections = new DialedConnections(dial)
    this.#secret = secret
  }

  /** A call with a JSON answer, checked. */
  async json<T>(schema: ZodMiniType<T>, method: string, path: string, call: AgentCall = {}): Promise<T> {
    const timeoutMs = call.timeoutMs ?? ANSWER_TIMEOUT_MS
    const response = await this.stream(method, path, call)
    const text = await this.#collect(response, call.maxAnswerBytes ?? MAX_ANSWER_BYTES, timeoutMs)
    const parsed = schema.safeParse(parseJson(text))
    if (!parsed.success) throw invalidReply(`${method} ${path}`, parsed.error)
    return parsed.data
  }

  /** A call without an answer to read. */
  async empty(method: string, path: string, call: AgentCall = {}): Promise<void> {
    const response = await this.stream(method, path, call)
    await this.#collect(response, MAX_REFUSAL_BYTES, ANSWER_TIMEOUT_MS)
  }

  /** A call whose answer the caller reads; who does not read it to the end destroys it. */
  async stream(method: string, path: string, call: AgentCall = {}): Promise<IncomingMessage> {
    const response = await this.#send(method, path, call)
    const status = response.statusCode ?? 0
    if ((status >= 200 && status < 300) || call.accept?.includes(status)) return response
    throw agentRefusal(parseJson(await this.#collect(response, MAX_REFUSAL_BYTES, ANSWER_TIMEOUT_MS)))
  }

  /** Ends all calls; they and later ones fail with `reason`. */
  close(reason: SandboxError): void {
    this.#closedBecause ??= reason
    for (const request of this.#active) request.destroy(reason)
    this.#connections.destroy()
  }

  #send(method: string, path: string, call: AgentCall, isRetry = false): Promise<IncomingMessage> {
    if (this.#closedBecause) return Promise.reject(this.#closedBecause)
    if (this.#active.size >= MAX_CONCURRENT_REQUESTS) return Promise.reject(tooManyRequests())
    return new Promise((resolve, reject) => {
      const body = call.json === undefined ? null : Buffer.from(JSON.stringify(call.json))
      const request = sendRequest({
        agent: this.#connections,
        method,
        path: path + queryString(call.query),
        headers: this.#headers(call, body),
      })
      this.#bound(request, call)
      request.once('response', resolve)
      request.once('error', (error) => {
        // The agent closed an idle connection just as we wrote: nobody has read the request.
        const isStale = request.reusedSocket && isReset(error) && method === 'GET' && !isRetry
        if (isStale) resolve(this.#send(method, path, call, true))
        else reject(this.#closedBecause ?? agentFailure(error))
      })
      if (call.body) feed(call.body, request)
      else request.end(body)
    })
  }

  #headers(call: AgentCall, body: Buffer | null): OutgoingHttpHeaders {
    return {
      host: 'agent',
      authorization: `Bearer ${this.#secret}`,
      ...(body ? { 'content-type': 'application/json', 'content-length': body.length } : {}),
      ...call.headers,
    }
  }

  /** Counts a request, and ends it when its time is over or its caller has left. */
  #bound(request: ClientRequest, call: AgentCall): void {
    const timeoutMs = call.timeoutMs ?? ANSWER_TIMEOUT_MS
    const timer = setTimeout(() => request.destroy(tooSlow(timeoutMs)), timeoutMs)
    const onAbort = () => request.destroy(new SandboxError('timed_out', 'The caller has left.'))
    this.#active.add(request)
    call.signal?.addEventListener('abort', onAbort)
    request.once('response', () => clearTimeout(timer))
    request.once('close', () => {
      clearTimeout(timer)
      this.#active.delete(request)
      call.signal?.removeEventListener('abort', onAbort)
    })
    if (call.signal?.aborted) onAbort()
  }

  async #collect(response: IncomingMessage, maxBytes: number, timeoutMs: number): Promise<string> {
    const timer = setTimeout(() => response.destroy(tooSlow(timeoutMs)), timeoutMs)
    const chunks: Buffer[] = []
    let sizeBytes = 0
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        chunks.push(chunk)
        sizeBytes += chunk.length
        this.#collectedBytes += chunk.length
        if (sizeBytes > maxBytes || this.#collectedBytes > MAX_COLLECTED_BYTES)
          throw invalidReply('too large')
      }
      return Buffer.concat(chunks).toString('utf8')
    } catch (error) {
      throw this.#closedBecause ?? agentFailure(error)
    } finally {
      this.#collectedBytes -= sizeBytes
      clearTimeout(timer)
    }
  }
}

/**
 * Streams a body. Not a pipeline: that would destroy the body of a refused request, and with it the connection on which its
 * sender is to read the refusal.
 */
function feed(body: Readable, request: ClientRequest): void {
  body.once('error', (error) => request.destroy(error))
  body.once('close', () => {
    const isWhole = body.readableEnded && !body.errored
    if (!isWhole) request.destroy(new SandboxError('bad_request', 'The body was cut short.'))
  })
  request.once('response', (response) => {
    if (request.writableEnded) return
    body.unpipe(request)
    response.once('close', () => request.destroy())
  })
  request.once('close', () => body.unpipe(request))
  body.pipe(request)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isReset(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}

function tooSlow(timeoutMs: number): SandboxError {
  const message = `The sandbox's agent did not answer within ${Math.round(timeoutMs / 1000)} s. It may be out of memory or CPU; stop some of its processes, or restart it.`
  return new SandboxError('agent_failed', message)
}

function tooManyRequests(): SandboxError {
  const message = `This sandbox has ${MAX_CONCURRENT_REQUESTS} requests in hand. Wait for some to end; long commands can run in the background.`
  return new SandboxError('too_many', message)
}

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { z } from 'zod'
import { SandboxError } from '@/lib/errors'
import type { RequestContext } from '../request-context'
import { type JsonBounds, readJson } from './json-body'

/** One request and its answer, as handlers see it. */
export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly context: RequestContext
  readonly params: Record<string, string>
  /** What the route's `*` stands for: still encoded, never normalised. */
  readonly rest: string

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    context: RequestContext,
    match: { params: Record<string, string>; rest: string },
  ) {
    this.request = request
    this.response = response
    this.context = context
    this.params = match.params
    this.rest = match.rest
  }

  /** The body, checked. */
  json<T>(schema: z.ZodType<T>, bounds?: JsonBounds): Promise<T> {
    return readJson(this.request, this.response, schema, bounds)
  }

  param(name: string): string {
    return this.params[name] ?? ''
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name]
    return typeof value === 'string' ? value : undefined
  }

  /** A whole number of the query, or what to take where it is missing. */
  queryNumber(name: string, max: number): number | undefined {
    const text = this.context.query.get(name)
    if (text === null) return undefined
    if (/^\d{1,15}$/.test(text) && Number(text) <= max) return Number(text)
    throw new SandboxError('bad_request', `${name} must be a whole number from 0 to ${max}.`)
  }

  queryFlag(name: string): boolean {
    const text = this.context.query.get(name)
    return text === 'true' || text === '1'
  }

  /** Aborted when the client leaves before it has its answer. */
  whenClientLeaves(): AbortSignal {
    const controller = new AbortController()
    this.response.once('close', () => {
      if (!this.response.writableFinished) controller.abort()
    })
    if (this.response.destroyed) controller.abort()
    return controller.signal
  }

  send(status: number, body: unknown, headers: OutgoingHttpHeaders = {}): void {
    const bytes = Buffer.from(JSON.stringify(body))
    this.response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': bytes.length,
      ...headers,
    })
    this.response.end(bytes)
  }

  /** 204. */
  done(): void {
    this.response.writeHead(204)
    this.response.end()
  }
}

import { z } from 'zod'
import type { ErrorCode } from '../../errors'

/**
 * What a caller needs: nothing; a role in the sandbox; `token`: the sandbox's access token or its owner's API key, no
 * session token; `key`: an API key, at Sandlot's root.
 */
export type AccessNeeded = 'public' | 'view' | 'edit' | 'own' | 'token' | 'key'

/** JSON of a shape; bytes; a page; `null` for no body. */
export type Content = z.ZodType | 'bytes' | 'html' | null

/** One address as a program sees it: the document, its pages and the tests of the server are made of these. */
export interface Endpoint {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'WS'
  /** `:name` is one segment, a last `*` the rest of the path. */
  path: string
  tag: string
  /** A sentence in the imperative, without its full stop. */
  summary: string
  description?: string
  access: AccessNeeded
  query?: z.ZodObject
  /** Request headers that mean something here, with what they do. */
  headers?: Record<string, string>
  body?: Content
  /** By status. */
  answers: Record<number, Content>
  /** Codes of its own, beside those that every endpoint of its access may answer. */
  errors?: ErrorCode[]
  /** Of a WebSocket: what it says and what it takes, as JSON text. */
  messages?: { server: z.ZodType; client?: z.ZodType }
}

/** ComputeSDK's daemon wraps most of what it answers. */
export function enveloped<T extends z.ZodType>(data: T) {
  return z.object({ message: z.string(), data })
}

/** The gateway wraps all of it. */
export function succeeded<T extends z.ZodType>(data: T) {
  return z.object({ success: z.literal(true), data })
}

export const Succeeded = z.object({ success: z.literal(true) })

/** A text of the query that means yes or no. */
export const flag = z.enum(['true', 'false', '1', '0'])

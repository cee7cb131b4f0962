import { createHmac, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { loadKeyFile } from './key-file'

/**
 * How a server route of the app proves to the sandbox API for whom it speaks: a bearer token of 60 seconds, signed with a
 * key that both read from the data directory. The API takes it from this machine only.
 */
const Claims = z.object({
  userId: z.string().min(1).max(200),
  /** Good for this sandbox alone. */
  sandboxId: z.string().max(64).optional(),
  /** At most this much, in that sandbox. */
  role: z.enum(['view', 'edit', 'own']).optional(),
  /** Seconds since 1970. */
  exp: z.number().int(),
})
export type AssertionClaims = Omit<z.infer<typeof Claims>, 'exp'>

export const ASSERTION_PREFIX = 'sla_'
const LIFETIME_SECONDS = 60
const MAX_LENGTH = 2048

export function loadAssertionKey(dataDir: string): Buffer {
  return loadKeyFile(join(dataDir, 'assertion.key'))
}

export function signAssertion(key: Buffer, claims: AssertionClaims): string {
  const exp = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS
  const body = Buffer.from(JSON.stringify(Claims.parse({ ...claims, exp }))).toString('base64url')
  return `${ASSERTION_PREFIX}${body}.${signature(key, body).toString('base64url')}`
}

/** Null for everything that is not an assertion in force. */
export function verifyAssertion(key: Buffer, token: string): AssertionClaims | null {
  if (!token.startsWith(ASSERTION_PREFIX) || token.length > MAX_LENGTH) return null
  const [body = '', signed = '', ...rest] = token.slice(ASSERTION_PREFIX.length).split('.')
  const given = Buffer.from(signed, 'base64url')
  const expected = signature(key, body)
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return null
  const { exp, ...claims } = Claims.parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')))
  const now = Date.now() / 1000
  return exp > now && exp <= now + LIFETIME_SECONDS + 1 ? claims : null
}

/** The label keeps signatures of this kind apart from whatever else the key may once sign. */
function signature(key: Buffer, body: string): Buffer {
  return createHmac('sha256', key).update(`sandlot assertion 1\n${body}`).digest()
}

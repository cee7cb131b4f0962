import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 bits, in characters that need no encoding in addresses, headers and cookies. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** As it is kept. A plain hash is enough for secrets that nobody could guess. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Whether a secret has this hash, in a time that tells nothing of where they differ. */
export function secretMatches(secret: string, hash: string): boolean {
  const actual = Buffer.from(hashSecret(secret))
  const expected = Buffer.from(hash)
  return actual.length === expected.length && timingSafeEqual(actual, expected)
}

/** What a request may carry as a secret: long enough for all of ours, short enough to be hashed for anybody. */
export const MAX_SECRET_LENGTH = 2048

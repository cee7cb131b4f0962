/** How many wrong credentials an address may show at once, and how soon one more is granted. */
const BURST = 30
const REFILL_MS = 2_000
/** Addresses remembered; those that have failed longest ago are forgotten first. */
const MAX_ADDRESSES = 10_000

interface Bucket {
  tokens: number
  updatedAtMs: number
}

/**
 * Slows down whoever shows wrong credentials, per address. Right ones are never refused: people share addresses, and a
 * forgotten tab with an ended session must not lock out the one beside it.
 */
export class FailureLimit {
  readonly #buckets = new Map<string, Bucket>()

  /** Counts a failure. Seconds to wait where there have been too many, else null. */
  fail(address: string, nowMs = Date.now()): number | null {
    const key = networkOf(address)
    const bucket = this.#refilled(key, nowMs)
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    if (this.#buckets.size > MAX_ADDRESSES) this.#forgetOldest()
    if (bucket.tokens < 1) return Math.ceil((REFILL_MS * (1 - bucket.tokens)) / 1000)
    bucket.tokens -= 1
    return null
  }

  #refilled(key: string, nowMs: number): Bucket {
    const bucket = this.#buckets.get(key)
    if (bucket === undefined) return { tokens: BURST, updatedAtMs: nowMs }
    const gained = Math.max(0, nowMs - bucket.updatedAtMs) / REFILL_MS
    return { tokens: Math.min(BURST, bucket.tokens + gained), updatedAtMs: nowMs }
  }

  #forgetOldest(): void {
    const [oldest] = this.#buckets.keys()
    if (oldest !== undefined) this.#buckets.delete(oldest)
  }
}

/** One customer has a whole /64 of IPv6. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  if (!plain.includes(':')) return plain
  const [left = '', right] = plain.split('::')
  const groups = left === '' ? [] : left.split(':')
  if (right !== undefined) {
    const tail = right === '' ? [] : right.split(':')
    while (groups.length + tail.length < 8) groups.push('0')
    groups.push(...tail)
  }
  return groups.slice(0, 4).join(':')
}

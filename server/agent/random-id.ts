/** Short enough to read out, long enough not to be met twice in the life of a sandbox. */
export function randomId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex')
}

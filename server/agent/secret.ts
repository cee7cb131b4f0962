const PREFIX = 'Bearer '

/** In a time that does not depend on how much of the secret is right. */
export function isSecret(authorization: string | null, secret: string): boolean {
  if (!authorization?.startsWith(PREFIX)) return false
  const given = authorization.slice(PREFIX.length)
  let difference = given.length ^ secret.length
  for (let i = 0; i < secret.length; i++) {
    // Past the end charCodeAt is NaN, which counts as 0: the length has decided by then.
    difference |= given.charCodeAt(i) ^ secret.charCodeAt(i)
  }
  return difference === 0
}

/**
 * Whether a write comes from our own pages. A browser says where a request comes from and a page cannot change it; a
 * request without Origin is no browser's form or fetch, and has no cookie of ours that it did not already know.
 */
export function isSameOrigin(request: Request): boolean {
  const origin = request.headers.get('origin')
  if (origin === null) return request.headers.get('sec-fetch-site') === null
  if (!URL.canParse(origin)) return false
  return origin === process.env.SANDLOT_URL || new URL(origin).host === request.headers.get('host')
}

import type { ServerResponse } from 'node:http'

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'
const REQUEST_HEADERS = [
  // Whatever vendors' headers a client of ComputeSDK sends along. A star alone would not let Authorization pass.
  '*',
  'Authorization',
  'Content-Type',
  'X-Request-Timeout',
  'X-ComputeSDK-API-Key',
  'X-Provider',
  'If-Match',
  'If-None-Match',
  'Range',
].join(', ')
const RESPONSE_HEADERS = 'ETag, Content-Range, Accept-Ranges, Content-Disposition, X-Request-Id, Retry-After'
/** What Chromium takes at most. */
const MAX_AGE_SECONDS = 7200

/** Any page may call with a token of its own. Never with the cookie: browsers refuse that together with `*`. */
export function allowAnyOrigin(response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', '*')
  response.setHeader('Access-Control-Expose-Headers', RESPONSE_HEADERS)
}

/** Without sign-in, because browsers ask without. */
export function answerPreflight(response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Methods', METHODS)
  response.setHeader('Access-Control-Allow-Headers', REQUEST_HEADERS)
  response.setHeader('Access-Control-Max-Age', MAX_AGE_SECONDS)
  response.statusCode = 204
  response.end()
}

import type { Logger } from './log'

/** What the listener knows of a request or upgrade before anybody looks at its path. */
export interface RequestContext {
  /** Also sent back as `X-Request-Id`, and on every log line. */
  requestId: string
  log: Logger
  /** Where the site begins: '' in host form, `/sandboxes/{id}` in path form. */
  base: string
  /** Below the base, with its leading slash, still percent-encoded, never normalised: `//` means an absolute path to ComputeSDK. */
  path: string
  query: URLSearchParams
  /** `http://host:port` as the caller addressed us. */
  origin: string
  isSecure: boolean
}

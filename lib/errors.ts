/** Every way in which Sandlot says no, with the HTTP status that goes with it. */
const STATUS = {
  bad_request: 400,
  invalid_path: 400,
  // Named in a body, not in an address; and of a 404 to a creation the ComputeSDK client tells nobody why.
  template_not_found: 400,
  is_directory: 400,
  not_directory: 400,
  unauthorized: 401,
  forbidden: 403,
  origin_refused: 403,
  permission_denied: 403,
  not_found: 404,
  sandbox_not_found: 404,
  file_not_found: 404,
  process_not_found: 404,
  terminal_not_found: 404,
  method_not_allowed: 405,
  timed_out: 408,
  already_exists: 409,
  not_empty: 409,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  range_not_satisfiable: 416,
  misdirected: 421,
  too_many: 429,
  quota_exceeded: 429,
  too_many_headers: 431,
  internal: 500,
  unsupported: 501,
  port_closed: 502,
  provider_failed: 502,
  agent_failed: 502,
  sandbox_stopped: 503,
  unavailable: 503,
  disk_full: 507,
} as const

export type ErrorCode = keyof typeof STATUS

/** The one error class: a closed code, and a sentence that a user may read, with the remedy where there is one. */
export class SandboxError extends Error {
  readonly code: ErrorCode
  /** When it makes sense to try again, said as `Retry-After`. */
  readonly retryAfterSeconds: number | null

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; retryAfterSeconds?: number }) {
    super(message, options)
    this.name = 'SandboxError'
    this.code = code
    this.retryAfterSeconds = options?.retryAfterSeconds ?? null
  }

  get status(): number {
    return STATUS[this.code]
  }
}

export function statusOf(code: ErrorCode): number {
  return STATUS[code]
}

export function errorCodes(): ErrorCode[] {
  return Object.keys(STATUS) as ErrorCode[]
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(STATUS, value)
}

/** Whatever was thrown, as a SandboxError: what is not one is `internal`, and its message stays out of sight. */
export function toSandboxError(thrown: unknown): SandboxError {
  if (thrown instanceof SandboxError) return thrown
  return new SandboxError('internal', 'Something went wrong in Sandlot. The server log has the details.', {
    cause: thrown,
  })
}

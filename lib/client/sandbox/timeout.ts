import { SandboxError } from '@/lib/errors'

/** Timers cannot wait longer. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

/** Milliseconds to wait, or undefined for as long as it takes. */
export function checkedTimeout(timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined || timeoutMs === 0) return undefined
  if (timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS) return timeoutMs
  throw new SandboxError(
    'bad_request',
    `A timeout is a number of milliseconds from 1 to ${MAX_TIMEOUT_MS}; 0 is none.`,
  )
}

/** Does something whose signal is aborted after so long, which is thrown as `timed_out`, or when the caller's is. */
export async function withTimeout<T>(
  timeoutMs: number | undefined,
  message: string,
  caller: AbortSignal | undefined,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController()
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => deadline.abort(), timeoutMs)
  try {
    return await act(caller ? AbortSignal.any([caller, deadline.signal]) : deadline.signal)
  } catch (error) {
    if (deadline.signal.aborted && !caller?.aborted)
      throw new SandboxError('timed_out', message, { cause: error })
    throw error
  } finally {
    clearTimeout(timer)
  }
}

import { type SandboxError, toSandboxError } from '@/lib/errors'
import type { Exchange } from './exchange'

/** Below the 30 s after which the client gives up on headers. */
const EARLY_HEADERS_MS = 20_000
/** Node's fetch gives up on a body that is silent for 300 s; proxies often do after 60. */
const PADDING_INTERVAL_MS = 15_000

interface PatientOptions {
  /** Of the answer, also where it goes out before the answer is known. */
  status?: number
  /** What is said where it fails after that; text that is no JSON makes the client of a sandbox's own API throw. */
  lateFailure?: (failure: SandboxError) => string
}

/**
 * Answers when `answer` is there, however long it takes: after a while the headers go out, then now and then a space, which
 * JSON allows before its beginning. What fails after that can only be said in the body.
 */
export async function sendWhenReady(
  exchange: Exchange,
  answer: Promise<unknown>,
  { status = 200, lateFailure = ({ message }) => message }: PatientOptions = {},
): Promise<void> {
  if (await settlesEarly(answer)) return exchange.send(status, await answer)
  const { response } = exchange
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.write(' ')
  const timer = setInterval(() => response.write(' '), PADDING_INTERVAL_MS)
  try {
    response.end(JSON.stringify(await answer))
  } catch (error) {
    response.end(lateFailure(toSandboxError(error)))
  } finally {
    clearInterval(timer)
  }
}

/** Before the client gives up on headers; also when it failed early: that can still be answered with its status. */
export async function settlesEarly(answer: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), EARLY_HEADERS_MS)
  })
  const isReady = await Promise.race([answer.then(settled, settled), late])
  clearTimeout(timer)
  return isReady
}

function settled(): true {
  return true
}

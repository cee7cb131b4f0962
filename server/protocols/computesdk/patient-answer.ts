import { toSandboxError } from '@/lib/errors'
import type { Exchange } from '../exchange'

/** Below the 30 s after which the client gives up on headers. */
const EARLY_HEADERS_MS = 20_000
/** Node's fetch gives up on a body that is silent for 300 s; proxies often do after 60. */
const PADDING_INTERVAL_MS = 15_000

/**
 * Answers when `answer` is there, however long it takes: after a while the headers go out, then now and then a space, which
 * JSON allows before its beginning. What fails after that can only be said in the body, as text that is no JSON.
 */
export async function sendWhenReady(exchange: Exchange, answer: Promise<unknown>): Promise<void> {
  if (await isReadyEarly(answer)) return exchange.send(200, await answer)
  const { response } = exchange
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
  response.write(' ')
  const timer = setInterval(() => response.write(' '), PADDING_INTERVAL_MS)
  try {
    response.end(JSON.stringify(await answer))
  } catch (error) {
    response.end(toSandboxError(error).message)
  } finally {
    clearInterval(timer)
  }
}

/** Also when it failed early: then the failure can still be answered with its status. */
async function isReadyEarly(answer: Promise<unknown>): Promise<boolean> {
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

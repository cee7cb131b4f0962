import type { Exchange } from '../exchange'
import { sendWhenReady } from '../patient-answer'

/** In the gateway's envelope; its 2xx are always JSON, never 204. A late failure is said as an early one, but for its status. */
export function sendData(exchange: Exchange, status: number, data: Promise<unknown>): Promise<void> {
  const answer = data.then((value) => ({ success: true, ...(value === undefined ? {} : { data: value }) }))
  return sendWhenReady(exchange, answer, {
    status,
    lateFailure: ({ message, code }) => JSON.stringify({ success: false, error: message, code }),
  })
}

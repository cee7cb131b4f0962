import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { SandboxError } from '@/lib/errors'
import { escapeHtml, isNavigation, sendPage } from './page'

/** Answers with an error: JSON for programs, a page for a person whose browser came here by a link. */
export function sendRefusal(
  req: IncomingMessage,
  res: ServerResponse,
  error: SandboxError,
  kind: string,
): void {
  if (res.headersSent || res.destroyed) {
    // Half an answer is out: the only honest end is a broken one.
    res.destroy()
    return
  }
  if (error.retryAfterSeconds !== null) res.setHeader('Retry-After', error.retryAfterSeconds)
  if (isNavigation(req)) {
    const status = `${error.status} ${STATUS_CODES[error.status] ?? ''}`
    sendPage(res, error.status, { title: status, body: `<p>${escapeHtml(error.message)}</p>` })
    return
  }
  const body = { ...(kind === 'api' ? { success: false } : {}), error: error.message, code: error.code }
  const text = JSON.stringify(body)
  res.statusCode = error.status
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.setHeader('Content-Length', Buffer.byteLength(text))
  // Some of the request's body may still be on its way: another request must not be read out of it.
  if (!req.complete) res.setHeader('Connection', 'close')
  res.end(req.method === 'HEAD' ? undefined : text)
}

export function sendUpgradeRefusal(socket: Duplex, error: SandboxError, requestId: string): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const text = JSON.stringify({ error: error.message, code: error.code })
  socket.end(
    [
      `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(text)}`,
      `X-Request-Id: ${requestId}`,
      ...(error.retryAfterSeconds === null ? [] : [`Retry-After: ${error.retryAfterSeconds}`]),
      'Connection: close',
      '',
      text,
    ].join('\r\n'),
  )
}

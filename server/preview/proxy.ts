import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { SandboxError } from '@/lib/errors'
import { type Headers, type PreviewVisit, requestHeaders, responseHeaders } from './headers'
import { boundInterimAnswers } from './interim-answers'
import type { PortStreams } from './port-streams'

/** A program that has not begun to answer by then never will; browsers have given up before. */
const ANSWER_TIMEOUT_MS = 10 * 60_000
const MAX_ANSWER_HEADER_BYTES = 64 * 1024

/** Passes a request on and its answer back, both as they come. Rejects while nothing of the answer is out. */
export async function forwardRequest(
  streams: PortStreams,
  sandboxId: string,
  visit: PreviewVisit,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const answer = await ask(streams, sandboxId, visit, req, res)
  writeHead(res, answer, visit)
  pipeline(answer, res, (error) => {
    // An answer that breaks off must not look whole.
    if (error) res.destroy()
  })
}

async function ask(
  streams: PortStreams,
  sandboxId: string,
  visit: PreviewVisit,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<IncomingMessage> {
  const isRepeatable = !hasBody(req) && ['GET', 'HEAD', 'OPTIONS'].includes(req.method ?? '')
  for (;;) {
    const outgoing = request({ ...requestOptions(sandboxId, visit, req), agent: streams.agent })
    let isSilent = true
    outgoing.once('information', () => {
      isSilent = false
    })
    try {
      return await answerTo(outgoing, req, res)
    } catch (error) {
      // The program closed a kept connection at the moment we took it: not a failure of the program.
      if (outgoing.reusedSocket && isRepeatable && isSilent && !res.destroyed) continue
      throw asSandboxError(error, visit.port)
    }
  }
}

export function requestOptions(sandboxId: string, visit: PreviewVisit, req: IncomingMessage) {
  const url = req.url ?? ''
  const mark = url.indexOf('?')
  return {
    // The pool's key; nothing is looked up.
    host: sandboxId,
    port: visit.port,
    method: req.method ?? 'GET',
    path: visit.context.path + (mark === -1 ? '' : url.slice(mark)),
    headers: plainHeaders(requestHeaders(req, visit)),
    maxHeaderSize: MAX_ANSWER_HEADER_BYTES,
    setHost: false,
  }
}

/** Node takes a list for a header that comes several times, and for Host a string alone. */
function plainHeaders(headers: Headers): Record<string, string | string[]> {
  const entries = [...headers].map(([name, values]) => [
    name,
    values.length === 1 ? (values[0] ?? '') : values,
  ])
  return Object.fromEntries(entries)
}

function answerTo(
  outgoing: ClientRequest,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => outgoing.destroy(new SandboxError('timed_out', 'The program in the sandbox did not answer.')),
      ANSWER_TIMEOUT_MS,
    )
    const onGone = () => outgoing.destroy()
    res.once('close', onGone)
    boundInterimAnswers(outgoing)
    outgoing.once('response', (answer) => {
      clearTimeout(timer)
      resolve(answer)
    })
    outgoing.once('upgrade', (_, stream) => {
      stream.destroy()
      reject(new SandboxError('port_closed', 'The program switched protocols without being asked.'))
    })
    outgoing.once('close', () => {
      clearTimeout(timer)
      res.off('close', onGone)
      reject(new SandboxError('port_closed', 'The program closed the connection without an answer.'))
    })
    outgoing.on('error', reject)
    if (hasBody(req)) sendBody(req, outgoing)
    else outgoing.end()
  })
}

function sendBody(req: IncomingMessage, outgoing: ClientRequest): void {
  // What goes out counts, not what came in: a body without a frame would be the next request on a kept connection.
  // Node frames by itself only for the methods that often have a body.
  if (!outgoing.hasHeader('content-length')) outgoing.setHeader('transfer-encoding', 'chunked')
  // A program that leaves a body unread takes it for the next request: nobody else's may follow on this connection.
  outgoing.shouldKeepAlive = false
  req.pipe(outgoing)
  // A body that is cut short must not look whole.
  req.once('close', () => {
    if (!req.complete) outgoing.destroy()
  })
}

function hasBody(req: IncomingMessage): boolean {
  const length = req.headers['content-length']
  return req.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

function writeHead(res: ServerResponse, answer: IncomingMessage, visit: PreviewVisit): void {
  const status = finalStatus(answer)
  for (const [name, value] of Object.entries(plainHeaders(responseHeaders(answer, visit))))
    res.setHeader(name, value)
  res.writeHead(status)
  // Node would keep the head back until the first byte of the body, which an event stream may not send for long.
  res.flushHeaders()
}

/** Node takes any three digits from a program, and would send on what no browser understands. */
export function finalStatus(answer: IncomingMessage): number {
  const status = answer.statusCode ?? 0
  if (status >= 200 && status <= 599) return status
  answer.destroy()
  throw new SandboxError(
    'port_closed',
    `The program answered with the status ${status}, which is not between 200 and 599.`,
  )
}

export function asSandboxError(error: unknown, port: number): SandboxError {
  if (error instanceof SandboxError) return error
  const reason = error instanceof Error ? error.message : String(error)
  const message = `What listens on port ${port} gave no answer that HTTP knows: ${reason}`
  return new SandboxError('port_closed', message.slice(0, 300), { cause: error })
}

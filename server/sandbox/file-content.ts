import type { IncomingMessage } from 'node:http'
import { SandboxError } from '@/lib/errors'
import { invalidReply } from './agent-errors'

/** A reader that takes data and gets none for so long has an agent that hangs. */
const STALL_MS = 60_000

/** A file, a range of it, or word that it has not changed; `stream` must be read to its end or destroyed. */
export interface FileContent {
  status: 200 | 206 | 304
  sizeBytes: number | null
  etag: string | null
  contentRange: string | null
  lastModified: string | null
  stream: IncomingMessage
}

/** The agent's answer, its headers let through only where they are what they should be. */
export function fileContent(response: IncomingMessage): FileContent {
  const status = response.statusCode
  if (status !== 200 && status !== 206 && status !== 304) {
    response.destroy()
    throw invalidReply(`status ${status}`)
  }
  endWhenStalled(response)
  const length = header(response, 'content-length', /^\d{1,16}$/)
  return {
    status,
    sizeBytes: length === null ? null : Number(length),
    etag: header(response, 'etag', /^(W\/)?"[\x21\x23-\x7e]{1,128}"$/),
    contentRange: header(response, 'content-range', /^bytes (\d{1,16}-\d{1,16}|\*)\/(\d{1,16}|\*)$/),
    lastModified: header(response, 'last-modified', /^[A-Za-z0-9 ,:+-]{1,64}$/),
    stream: response,
  }
}

function header(response: IncomingMessage, name: string, form: RegExp): string | null {
  const value = response.headers[name]
  return typeof value === 'string' && form.test(value) ? value : null
}

function endWhenStalled(response: IncomingMessage): void {
  const socket = response.socket
  // A provider's stream need not be a socket, and then does not count.
  if (typeof socket.bytesRead !== 'number') return
  let lastBytes = socket.bytesRead
  const timer = setInterval(() => {
    const isWaitingForAgent = response.readableFlowing === true && socket.bytesRead === lastBytes
    if (isWaitingForAgent)
      response.destroy(new SandboxError('agent_failed', 'The sandbox stopped sending the file.'))
    lastBytes = socket.bytesRead
  }, STALL_MS)
  timer.unref()
  response.once('close', () => clearInterval(timer))
}

import type { OutgoingHttpHeaders } from 'node:http'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SandboxError } from '@/lib/errors'
import type { FileContent } from '../../sandbox/file-content'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'
import { fileInfo } from '../file-info'
import { parseEncodedPath } from '../paths'
import type { RequestRoute } from '../site'

/** One upload; the sandbox's own disk limit is usually below. */
const MAX_UPLOAD_BYTES = 4 * 1024 ** 3

/** A file's bytes, streamed both ways and never held. */
export function rawFileRoutes(entry: Entry): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'GET',
      pattern: '/raw/*',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const path = await entry.resolve(target, parseEncodedPath(exchange.rest))
        const conditions = { range: exchange.header('range'), ifNoneMatch: exchange.header('if-none-match') }
        await sendContent(exchange, path, await agent.readFile(path, conditions))
      },
    },
    {
      method: 'PUT',
      pattern: '/raw/*',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const path = await entry.resolve(target, parseEncodedPath(exchange.rest))
        const sizeBytes = declaredSize(exchange)
        const written = await agent.writeFile(path, upload(exchange, sizeBytes), {
          ifMatch: exchange.header('if-match'),
          ifNoneMatch: exchange.header('if-none-match'),
          sizeBytes,
        })
        exchange.send(200, fileInfo(written), written.etag === undefined ? {} : { etag: written.etag })
      },
    },
  ]
}

async function sendContent(exchange: Exchange, path: string, content: FileContent): Promise<void> {
  const { response } = exchange
  response.writeHead(content.status, contentHeaders(path, content))
  if (exchange.request.method === 'HEAD' || content.status === 304) {
    content.stream.destroy()
    response.end()
    return
  }
  try {
    await pipeline(content.stream, response)
  } catch (error) {
    // The client left, or the sandbox ended in the middle: half a file is out, and only a cut connection says so.
    exchange.context.log.debug({ err: error }, 'file was not sent whole')
    response.destroy()
  }
}

/** Never a page on our origin: bytes to be saved, whatever they are. */
function contentHeaders(path: string, content: FileContent): OutgoingHttpHeaders {
  return {
    'content-type': 'application/octet-stream',
    'content-disposition': attachment(path),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': 'private, no-cache',
    'accept-ranges': 'bytes',
    ...(content.etag === null ? {} : { etag: content.etag }),
    ...(content.lastModified === null ? {} : { 'last-modified': content.lastModified }),
    ...(content.contentRange === null ? {} : { 'content-range': content.contentRange }),
    ...(content.sizeBytes === null || content.status === 304 ? {} : { 'content-length': content.sizeBytes }),
  }
}

/** RFC 6266 with RFC 5987: a plain name for old programs, the true one beside it. */
export function attachment(path: string): string {
  const name = path.split('/').at(-1) || 'file'
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}

function declaredSize(exchange: Exchange): number | undefined {
  const text = exchange.header('content-length')
  if (text === undefined) return exchange.header('transfer-encoding') === undefined ? 0 : undefined
  if (Number(text) > MAX_UPLOAD_BYTES) throw tooLarge()
  return Number(text)
}

/** The body, which ends with an error where it is longer than allowed; with a declared size Node sees to that. */
function upload({ request }: Exchange, sizeBytes: number | undefined): Readable {
  if (sizeBytes !== undefined) return request
  let seenBytes = 0
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      seenBytes += chunk.length
      callback(seenBytes > MAX_UPLOAD_BYTES ? tooLarge() : null, chunk)
    },
  })
  request.once('error', (error) => bounded.destroy(error))
  request.once('close', () => {
    if (!request.complete) bounded.destroy(new SandboxError('bad_request', 'The body was cut short.'))
  })
  return request.pipe(bounded)
}

function tooLarge(): SandboxError {
  return new SandboxError('too_large', `A file may have ${MAX_UPLOAD_BYTES / 1024 ** 3} GB.`)
}

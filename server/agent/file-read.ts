import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { SandboxError } from '@/lib/errors'
import { parseRange } from './byte-range'
import { onPath } from './errno'
import { etagOf } from './file-entry'

/** Up to here a file is read whole and at once, so that bytes and ETag are of one state; beyond it is streamed. */
const SMALL_FILE_BYTES = 1024 * 1024

/** GET /files/content */
export function readFile(path: string, headers: Headers): Response {
  const { stat, content } = onPath(path, () => open(path))
  const etag = etagOf(stat)
  const sizeBytes = content?.length ?? Number(stat.size)
  const common = {
    ETag: etag,
    'Last-Modified': new Date(Number(stat.mtimeMs)).toUTCString(),
    'Accept-Ranges': 'bytes',
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': 'attachment',
  }
  if (matches(headers.get('if-none-match'), etag)) return new Response(null, { status: 304, headers: common })
  const ifRange = headers.get('if-range')
  const range = ifRange === null || ifRange === etag ? rangeOf(headers, sizeBytes) : undefined
  if (range instanceof Response) return range
  const { start, end } = range ?? { start: 0, end: sizeBytes }
  const body = content ? content.subarray(start, end) : Bun.file(path).slice(start, end)
  return new Response(body, {
    status: range ? 206 : 200,
    headers: range ? { ...common, 'Content-Range': `bytes ${start}-${end - 1}/${sizeBytes}` } : common,
  })
}

/** Whether an `If-Match` or `If-None-Match` names this etag. */
export function matches(header: string | null, etag: string): boolean {
  if (header === null) return false
  return header.split(',').some((each) => {
    const tag = each.trim()
    return tag === '*' || tag === etag || tag === `W/${etag}`
  })
}

function rangeOf(headers: Headers, sizeBytes: number) {
  try {
    return parseRange(headers.get('range'), sizeBytes)
  } catch (thrown) {
    if (!(thrown instanceof SandboxError)) throw thrown
    const body = { code: thrown.code, message: thrown.message }
    return Response.json(body, {
      status: thrown.status,
      headers: { 'Content-Range': `bytes */${sizeBytes}` },
    })
  }
}

/** Not blocking, because to open a FIFO otherwise waits for its other end, and with it the whole agent. */
function open(path: string): { stat: BigIntStats; content: Buffer<ArrayBuffer> | undefined } {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  try {
    const stat = fstatSync(fd, { bigint: true })
    if (stat.isDirectory()) throw new SandboxError('is_directory', `This is a directory: ${path}`)
    if (!stat.isFile()) {
      throw new SandboxError('unsupported', `This is a device, pipe or socket, which cannot be read: ${path}`)
    }
    return { stat, content: stat.size <= SMALL_FILE_BYTES ? readWhole(fd) : undefined }
  } finally {
    closeSync(fd)
  }
}

/** To the end and not to the size: files of /proc say 0 and have content. */
function readWhole(fd: number): Buffer<ArrayBuffer> {
  const chunks: Buffer[] = []
  for (let total = 0; total < SMALL_FILE_BYTES; ) {
    const chunk = Buffer.allocUnsafe(SMALL_FILE_BYTES >> 4)
    const read = readSync(fd, chunk, 0, Math.min(chunk.length, SMALL_FILE_BYTES - total), null)
    if (read === 0) break
    chunks.push(chunk.subarray(0, read))
    total += read
  }
  return Buffer.concat(chunks)
}

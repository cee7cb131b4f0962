import type { SandboxClient } from '@/lib/client/sandbox-client'
import { imageTypeOf } from './file-kinds'

/** Beyond this, an editor in a browser tab is no help any more. */
export const MAX_TEXT_BYTES = 5 * 1024 * 1024
/** What is shown of a file that is too large to edit. */
export const PART_BYTES = 1024 * 1024
const MAX_IMAGE_BYTES = 20 * 1024 * 1024
/** Where git and grep look for a NUL to call a file binary. */
const BINARY_PROBE_BYTES = 8000

export type FileContent =
  | { kind: 'unloaded' }
  | { kind: 'loading' }
  | { kind: 'failed'; message: string }
  | { kind: 'text'; text: string; isPart: boolean; sizeBytes: number }
  | { kind: 'image'; blob: Blob; sizeBytes: number }
  | { kind: 'binary'; sizeBytes: number }
  | { kind: 'large'; sizeBytes: number }

export type LoadedFile = { content: FileContent; etag: string | null }

/**
 * A file's content, as far as an editor can show it. The size is read from the headers before anything of the body, so that a
 * file of 2 GB costs a few hundred bytes. Null when the etag still holds.
 */
export async function loadFile(
  client: SandboxClient,
  path: string,
  options: { ifNoneMatch?: string } = {},
): Promise<LoadedFile | null> {
  const abort = new AbortController()
  const response = await client.read(path, { signal: abort.signal, ...options })
  if (response.status === 304) return null
  const etag = response.headers.get('etag')
  const imageType = imageTypeOf(path)
  const limit = imageType ? MAX_IMAGE_BYTES : MAX_TEXT_BYTES
  const declared = Number(response.headers.get('content-length') ?? 0)
  const bytes = declared > limit ? null : await readUpTo(response, limit)
  if (!bytes) {
    abort.abort()
    return { content: { kind: 'large', sizeBytes: declared }, etag }
  }
  return { content: imageType ? imageContent(bytes, imageType) : textContent(bytes), etag }
}

/** The first part of a file that is too large to edit. */
export async function loadFirstPart(client: SandboxClient, path: string): Promise<LoadedFile> {
  const response = await client.read(path, { range: `bytes=0-${PART_BYTES - 1}` })
  const total = Number(response.headers.get('content-range')?.split('/')[1] ?? 0)
  const bytes = (await readUpTo(response, PART_BYTES)) ?? new Uint8Array()
  const text = new TextDecoder('utf-8').decode(bytes)
  return {
    content: { kind: 'text', text, isPart: true, sizeBytes: total || bytes.length },
    etag: response.headers.get('etag'),
  }
}

function imageContent(bytes: Uint8Array<ArrayBuffer>, type: string): FileContent {
  return { kind: 'image', blob: new Blob([bytes], { type }), sizeBytes: bytes.length }
}

function textContent(bytes: Uint8Array): FileContent {
  const sizeBytes = bytes.length
  if (bytes.subarray(0, BINARY_PROBE_BYTES).includes(0)) return { kind: 'binary', sizeBytes }
  try {
    // The byte order mark is kept, so that saving gives it back.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return { kind: 'text', text, isPart: false, sizeBytes }
  } catch {
    return { kind: 'binary', sizeBytes }
  }
}

/** The body, or null where it is longer than the limit, whatever its header said. */
async function readUpTo(response: Response, limit: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  const reader = response.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > limit) {
      await reader.cancel()
      return null
    }
    chunks.push(value)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

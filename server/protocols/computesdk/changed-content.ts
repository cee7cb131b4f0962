import type { IncomingMessage } from 'node:http'
import type { FileChanged } from '@/lib/protocol/watchers'
import type { AgentConnection } from '../../sandbox/agent-connection'

/** What a changed file may have to be sent along: source code, not databases. */
const MAX_CONTENT_BYTES = 1024 * 1024
/** The next change waits for this one. */
const READ_TIMEOUT_MS = 5_000

type Encoding = 'raw' | 'base64'
type Content = Pick<FileChanged, 'content' | 'encoding'>

/** What the file has now, as a message says it; nothing where it is gone, large, or binary and asked for as text. */
export async function changedContent(
  connect: () => Promise<AgentConnection>,
  path: string,
  encoding: Encoding,
): Promise<Content> {
  try {
    const { stream, sizeBytes } = await (await connect()).readFile(path)
    const bytes = sizeBytes === null || sizeBytes > MAX_CONTENT_BYTES ? null : await readAll(stream)
    stream.destroy()
    return bytes === null ? {} : encoded(bytes, encoding)
  } catch {
    // Gone again, unreadable, or no file: the event says all there is to say.
    return {}
  }
}

async function readAll(stream: IncomingMessage): Promise<Buffer | null> {
  const timer = setTimeout(() => stream.destroy(new Error('too slow')), READ_TIMEOUT_MS)
  const chunks: Buffer[] = []
  let sizeBytes = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length
      if (sizeBytes > MAX_CONTENT_BYTES) return null
      chunks.push(chunk)
    }
  } finally {
    clearTimeout(timer)
  }
  return Buffer.concat(chunks)
}

function encoded(bytes: Buffer, encoding: Encoding): Content {
  if (encoding === 'base64') return { content: bytes.toString('base64'), encoding }
  if (bytes.includes(0)) return {}
  return { content: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), encoding }
}

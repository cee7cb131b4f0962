import { Readable } from 'node:stream'
import { SandboxError } from '@/lib/errors'
import type { AgentConnection } from '../../sandbox/agent-connection'

/** A file up to here has its bytes and its etag of one moment, which a safe change needs. Thousands of variables fit. */
const MAX_ENV_BYTES = 1024 * 1024
/** Whoever writes so often that we never come between does not want our change kept. */
const MAX_ATTEMPTS = 20

/** The text of a file, a byte order mark included; `bad_request` for what is no text, `too_large` beyond 1 MB. */
export async function readEnvText(
  agent: AgentConnection,
  path: string,
): Promise<{ text: string; etag: string | null }> {
  const { stream, sizeBytes, etag } = await agent.readFile(path).catch(orNotFound(path))
  if (sizeBytes !== null && sizeBytes > MAX_ENV_BYTES) {
    stream.destroy()
    throw tooLarge(path)
  }
  const chunks: Buffer[] = []
  let seenBytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    seenBytes += chunk.length
    if (seenBytes > MAX_ENV_BYTES) throw tooLarge(path)
  }
  return { text: textOf(Buffer.concat(chunks), path), etag }
}

/**
 * Writes what `change` makes of the text, null where there is no file yet. Somebody else's change in between is never
 * undone: the text is then read again, and `change` called again.
 */
export async function changeEnvText(
  agent: AgentConnection,
  path: string,
  change: (text: string | null) => string,
): Promise<void> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const before = await readEnvText(agent, path).catch(missingAsNull)
    const text = change(before?.text ?? null)
    if (text === before?.text) return
    const bytes = Buffer.from(text)
    if (bytes.length > MAX_ENV_BYTES) throw tooLarge(path)
    const condition = before === null ? { ifNoneMatch: '*' } : { ifMatch: before.etag ?? undefined }
    if (await isWritten(agent, path, bytes, condition)) return
  }
  throw new SandboxError(
    'conflict',
    `${path} is being changed by others without a pause. Nothing of this was written; try again.`,
  )
}

async function isWritten(
  agent: AgentConnection,
  path: string,
  bytes: Buffer,
  condition: { ifMatch?: string | undefined; ifNoneMatch?: string },
): Promise<boolean> {
  try {
    await agent.writeFile(path, Readable.from([bytes]), { ...condition, sizeBytes: bytes.length })
    return true
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'precondition_failed') return false
    throw error
  }
}

function textOf(bytes: Buffer, path: string): string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    const text = decoder.decode(bytes)
    if (!text.includes('\0')) return text
  } catch {
    // Said below.
  }
  throw new SandboxError('bad_request', `This is no text file in UTF-8: ${path}. It was not changed.`)
}

function missingAsNull(error: unknown): null {
  if (error instanceof SandboxError && error.code === 'file_not_found') return null
  throw error
}

function orNotFound(path: string): (error: unknown) => never {
  return (error) => {
    const isMissing = error instanceof SandboxError && error.code === 'file_not_found'
    throw isMissing ? new SandboxError('file_not_found', `File not found: ${path}`, { cause: error }) : error
  }
}

function tooLarge(path: string): SandboxError {
  return new SandboxError('too_large', `A file of variables may have 1 MB: ${path}`)
}

import { setImmediate } from 'node:timers/promises'
import { SandboxError, toSandboxError } from '@/lib/errors'
import { BatchBody, type BatchResults, MAX_BATCH_BYTES } from '@/server/agent-contract'
import { deleteFile } from './file-changes'
import { writeFileOfBatch } from './file-write'
import { jsonBody } from './json-body'
import { checkPath } from './paths'

type Operation = BatchBody['files'][number]
type Result = BatchResults['results'][number]

/** Base64 is a third longer than its bytes; the rest is paths and JSON's own signs. */
const MAX_BODY_BYTES = MAX_BATCH_BYTES * 1.5
/** After so many files other callers get their turn. */
const FILES_PER_TURN = 50

/** POST /files/batch */
export async function runBatch(request: Request): Promise<Response> {
  const { files } = await jsonBody(request, BatchBody, MAX_BODY_BYTES)
  const contentBytes = files.reduce((sum, file) => sum + contentSize(file), 0)
  if (contentBytes > MAX_BATCH_BYTES) {
    throw new SandboxError('too_large', `A batch may bring at most ${MAX_BATCH_BYTES} bytes of content.`)
  }
  const lastByPath = new Map(files.map((file) => [file.path, file]))
  const paths = [...lastByPath.keys()].sort()
  const results: Result[] = []
  for (const [i, path] of paths.entries()) {
    results.push(await apply(lastByPath.get(path) as Operation))
    if (i % FILES_PER_TURN === FILES_PER_TURN - 1) await setImmediate()
  }
  return Response.json({ results } satisfies BatchResults)
}

async function apply(operation: Operation): Promise<Result> {
  const { path } = operation
  try {
    const checked = checkPath(path)
    if (operation.operation === 'write')
      return { path, entry: writeFileOfBatch(checked, contentOf(operation)) }
    await deleteFile(checked)
    return { path }
  } catch (thrown) {
    const { code, message } = toSandboxError(thrown)
    return { path, error: { code, message } }
  }
}

function contentOf({ path, content, encoding }: Operation): Uint8Array {
  if (content === undefined) throw new SandboxError('bad_request', `“content” is missing for ${path}`)
  if (encoding !== 'base64') return Buffer.from(content)
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content)) {
    throw new SandboxError('bad_request', `“content” is not base64 for ${path}`)
  }
  return Buffer.from(content, 'base64')
}

function contentSize({ content = '', encoding }: Operation): number {
  return encoding === 'base64' ? Math.floor((content.length * 3) / 4) : Buffer.byteLength(content)
}

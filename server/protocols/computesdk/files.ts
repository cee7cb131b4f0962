import { Readable } from 'node:stream'
import { SandboxError } from '@/lib/errors'
import { FileWriteBody } from '@/lib/protocol/files'
import type { AgentConnection, FileEntry } from '../../sandbox/agent-connection'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'
import { fileInfo } from '../file-info'
import type { JsonBounds } from '../json-body'
import { parseEncodedPath, parsePath, queryPath } from '../paths'
import type { RequestRoute } from '../site'

/** Text inside JSON is held in memory several times over; larger files go through /raw. */
const MAX_TEXT_BYTES = 32 * 1024 * 1024
const TEXT_BOUNDS: JsonBounds = {
  /** JSON makes six bytes of a control character, two of a quote or a line's end: text passes, binary files do not. */
  maxBytes: 2 * MAX_TEXT_BYTES,
  /** Two fields, and what a client may send besides. */
  maxValues: 1000,
}

/** ComputeSDK's files: text in JSON. `/files//a` is `/a`, `/files/a` is `a` in the sandbox's directory. */
export function fileRoutes(entry: Entry): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'GET',
      pattern: '/files',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const asked = queryPath(exchange.request.url, 'path') ?? parsePath('/')
        const path = await entry.resolve(target, asked)
        const { entries } = await agent.list(path).catch(orNotFound('Directory', path))
        exchange.send(200, { message: 'Files', data: { files: entries.map(fileInfo), path } })
      },
    },
    {
      method: 'POST',
      pattern: '/files',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const body = await exchange.json(FileWriteBody, TEXT_BOUNDS)
        const path = await entry.resolve(target, parsePath(body.path))
        const bytes = Buffer.from(body.content ?? '')
        const written = await agent.writeFile(path, Readable.from([bytes]), { sizeBytes: bytes.length })
        exchange.send(201, { message: 'File written', data: { file: fileInfo(written) } })
      },
    },
    {
      method: 'GET',
      pattern: '/files/*',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const path = await encodedPath(entry, exchange, target)
        const file = await agent.stat(path).catch(orNotFound('File', path))
        const content = exchange.queryFlag('content') ? { content: await readText(agent, path, file) } : {}
        exchange.send(200, { message: 'File', data: { file: fileInfo(file), ...content } })
      },
    },
    {
      method: 'DELETE',
      pattern: '/files/*',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const path = await encodedPath(entry, exchange, target)
        if (path === '/') throw new SandboxError('invalid_path', 'The root of a sandbox cannot be deleted.')
        await agent.delete(path).catch(orNotFound('File', path))
        exchange.done()
      },
    },
  ]
}

function encodedPath(entry: Entry, exchange: Exchange, target: SandboxTarget): Promise<string> {
  return entry.resolve(target, parseEncodedPath(exchange.rest))
}

async function readText(agent: AgentConnection, path: string, file: FileEntry): Promise<string> {
  if (file.type === 'directory' || file.targetType === 'directory') {
    throw new SandboxError('is_directory', `This is a directory: ${path}. List it with GET /files?path=.`)
  }
  if (file.sizeBytes > MAX_TEXT_BYTES) throw tooLarge(path)
  const { stream } = await agent.readFile(path)
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    sizeBytes += chunk.length
    // It may grow while we read it.
    if (sizeBytes > MAX_TEXT_BYTES) throw tooLarge(path)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** In the words that ComputeSDK's documentation promises. */
function orNotFound(what: 'File' | 'Directory', path: string): (error: unknown) => never {
  return (error) => {
    const isMissing = error instanceof SandboxError && error.code === 'file_not_found'
    throw isMissing
      ? new SandboxError('file_not_found', `${what} not found: ${path}`, { cause: error })
      : error
  }
}

function tooLarge(path: string): SandboxError {
  const message = `${path} is larger than ${MAX_TEXT_BYTES / (1024 * 1024)} MB. Read it with GET /raw/{path}, in ranges where wanted.`
  return new SandboxError('too_large', message)
}

import { SandboxError, toSandboxError } from '@/lib/errors'
import { BatchBody, type BatchResult, MAX_BATCH_FILES } from '@/lib/protocol/files'
import type { AgentConnection } from '../../sandbox/agent-connection'
import type { Entry, SandboxTarget } from '../entry'
import { fileInfo } from '../file-info'
import type { JsonBounds } from '../json-body'
import { parsePath } from '../paths'
import type { RequestRoute } from '../site'

type Operation = BatchBody['files'][number]

const BATCH_BOUNDS: JsonBounds = {
  /** What the agent takes of file contents in one batch is 64 MB; JSON needs more for the same. */
  maxBytes: 96 * 1024 * 1024,
  /** Itself, its three fields, and one that means something to a client alone. */
  maxValues: MAX_BATCH_FILES * 5,
}

/** Many files at once: one result per path, ascending; one failure does not keep the others from being written. */
export function batchRoutes(entry: Entry): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'POST',
      pattern: '/files/batch',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const { files } = await exchange.json(BatchBody, BATCH_BOUNDS)
        const results = await runBatch(agent, files, (path) => entry.resolve(target, parsePath(path)))
        const status = results.every((result) => result.success) ? 200 : 207
        exchange.send(status, { message: 'Batch completed', data: { results } })
      },
    },
  ]
}

async function runBatch(
  agent: AgentConnection,
  files: Operation[],
  resolve: (path: string) => Promise<string>,
): Promise<BatchResult[]> {
  const refused: BatchResult[] = []
  /** By absolute path: the last operation wins, and the caller gets back the path that it sent. */
  const wanted = new Map<string, Operation>()
  for (const file of files) {
    try {
      wanted.set(await resolve(file.path), file)
    } catch (error) {
      refused.push({ path: file.path, success: false, error: toSandboxError(error).message })
    }
  }
  const done = wanted.size === 0 ? [] : await agent.batch([...wanted].map(toAgent))
  const results = done.map(({ path, entry, error }): BatchResult => {
    const asked = wanted.get(path)?.path
    if (asked === undefined) throw new SandboxError('agent_failed', 'The sandbox answered for another file.')
    if (error) return { path: asked, success: false, error: error.message.slice(0, 500) }
    return { path: asked, success: true, ...(entry ? { file: fileInfo(entry) } : {}) }
  })
  return [...results, ...refused].sort((a, b) => (a.path < b.path ? -1 : 1))
}

function toAgent([path, { operation, content }]: [string, Operation]) {
  return { path, operation, ...(operation === 'write' ? { content: content ?? '' } : {}) }
}

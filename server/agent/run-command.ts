import { SandboxError } from '@/lib/errors'
import { RunBody, type RunResult } from '@/server/agent-contract'
import { endGroup } from './end-group'
import { jsonBody } from './json-body'
import { exitCodeOf, shellCommand, signalNameOf, startUserProcess } from './user-process'

/** Of each output, unless told; and at most, since both are held in memory until the command ends. */
const DEFAULT_OUTPUT_BYTES = 8 * 1024 * 1024
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024
/** Commands that someone waits for at one time: each holds its outputs in memory. */
const MAX_RUNNING = 128
/** After the shell has ended, for what its last writes left in the pipes; a background job may hold them open for ever. */
const DRAIN_MS = 250
/** What setTimeout can hold. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

let running = 0

/** POST /processes/run */
export async function runCommand(request: Request): Promise<Response> {
  const body = await jsonBody(request, RunBody)
  if (running >= MAX_RUNNING) {
    throw new SandboxError(
      'too_many',
      `${MAX_RUNNING} commands are running already. Wait for one, or end one.`,
    )
  }
  running++
  try {
    return Response.json(await runToEnd(body, request.signal))
  } finally {
    running--
  }
}

async function runToEnd(body: RunBody, hangUp: AbortSignal): Promise<RunResult> {
  const startedAt = performance.now()
  const child = startUserProcess(
    { argv: shellCommand(body.command, body.shell), cwd: body.cwd, environment: body.environment },
    { stdin: body.stdin === undefined ? 'ignore' : Buffer.from(body.stdin), stdout: 'pipe', stderr: 'pipe' },
  )
  let didTimeOut = false
  const timer =
    body.timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => {
            didTimeOut = true
            endGroup(child)
          },
          Math.min(body.timeoutMs, MAX_TIMEOUT_MS),
        )
  const onHangUp = () => endGroup(child)
  hangUp.addEventListener('abort', onHangUp)
  if (hangUp.aborted) onHangUp()

  const limit = Math.min(body.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES, MAX_OUTPUT_BYTES)
  const stdout = collect(child.stdout, limit)
  const stderr = collect(child.stderr, limit)
  await child.exited
  clearTimeout(timer)
  hangUp.removeEventListener('abort', onHangUp)
  const drained = Bun.sleep(DRAIN_MS)
  await Promise.race([Promise.all([stdout.ended, stderr.ended]), drained])
  return {
    exitCode: exitCodeOf(child),
    signal: signalNameOf(child),
    stdout: stdout.take(),
    stderr: stderr.take(),
    durationMs: performance.now() - startedAt,
    isTruncated: stdout.isTruncated() || stderr.isTruncated(),
    didTimeOut,
  }
}

/**
 * Keeps the first `limit` bytes and goes on reading, so that a command that says more than anyone keeps still ends, and a
 * background job that it left behind is not killed by its first write into a closed pipe.
 */
function collect(stream: ReadableStream<Uint8Array>, limit: number) {
  let chunks: Uint8Array[] | undefined = []
  let kept = 0
  let isTruncated = false
  async function readAll() {
    for await (const chunk of stream) {
      if (!chunks) continue
      const room = limit - kept
      if (chunk.length > room) isTruncated = true
      const part = chunk.length > room ? chunk.slice(0, room) : chunk
      if (part.length > 0) chunks.push(part)
      kept += part.length
    }
  }
  return {
    ended: readAll(),
    isTruncated: () => isTruncated,
    take() {
      // `stream: true` leaves out a character that the limit cut in two.
      const text = new TextDecoder().decode(Buffer.concat(chunks ?? []), { stream: isTruncated })
      chunks = undefined
      return text
    },
  }
}

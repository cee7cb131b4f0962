import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { SandboxError } from '@/lib/errors'
import type { AgentConnection, ProcessRecord, RunResult } from '../../sandbox/agent-connection'
import type { Entry, SandboxTarget } from '../entry'
import { isoTime } from '../iso-time'
import { parsePath } from '../paths'
import type { RequestRoute } from '../site'
import { sendWhenReady } from './patient-answer'

const RunCommandBody = z.looseObject({
  command: z.string().min(1).max(262_144),
  shell: z.string().min(1).max(1024).optional(),
  background: z.boolean().optional(),
  stream: z.boolean().optional(),
  cwd: z.string().max(4096).optional(),
  env: z.record(z.string().regex(/^[^=\0]+$/), z.string().max(131_072)).optional(),
})
type RunCommandBody = z.infer<typeof RunCommandBody>

/** Longer waits are for the client to repeat. */
const MAX_WAIT_MS = 24 * 3600_000
/** Of each output of a background command that has ended; all of it is in the process's log. */
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024

/** Commands: to their end, or in the background with an id to ask by. */
export function commandRoutes(entry: Entry): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'POST',
      pattern: '/run/command',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const body = await exchange.json(RunCommandBody)
        if (body.stream)
          throw new SandboxError('unsupported', 'Streaming commands over /ws are not available yet.')
        const asked = await askedCommand(entry, target, body)
        if (body.background) {
          const record = await agent.startProcess(asked).catch(badDirectory)
          return exchange.send(200, { message: 'Command started', data: startedCommand(record) })
        }
        const result = agent.run(asked, exchange.whenClientLeaves()).catch(badDirectory)
        const answer = result.then((ended) => ({
          message: 'Command completed',
          data: finishedCommand(body.command, ended),
        }))
        await sendWhenReady(exchange, answer)
      },
    },
    {
      method: 'GET',
      pattern: '/terminals/:terminal/commands/:command',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const id = commandId(exchange.params)
        exchange.send(200, { message: 'Command', data: await command(agent, await agent.process(id)) })
      },
    },
    {
      method: 'GET',
      pattern: '/terminals/:terminal/commands/:command/wait',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const id = commandId(exchange.params)
        // Zero and none both mean: as long as it takes.
        const timeoutMs = (exchange.queryNumber('timeout', MAX_WAIT_MS / 1000) || MAX_WAIT_MS / 1000) * 1000
        const ended = agent.waitForProcess(id, timeoutMs, exchange.whenClientLeaves())
        const answer = ended.then(async (record) => ({
          message: 'Command finished',
          data: await command(agent, record),
        }))
        await sendWhenReady(exchange, answer)
      },
    },
  ]
}

async function askedCommand(entry: Entry, target: SandboxTarget, body: RunCommandBody) {
  const { command, shell, cwd, env } = body
  return {
    command,
    ...(shell === undefined ? {} : { shell }),
    ...(cwd === undefined ? {} : { cwd: await entry.resolve(target, parsePath(cwd)) }),
    ...(env === undefined ? {} : { environment: env }),
  }
}

/** A command without a place to start in is the caller's mistake, not a missing file. */
function badDirectory(error: unknown): never {
  const isMissing = error instanceof SandboxError && error.code === 'file_not_found'
  throw isMissing ? new SandboxError('bad_request', error.message, { cause: error }) : error
}

function finishedCommand(command: string, result: RunResult) {
  return {
    command,
    stdout: result.stdout,
    stderr: result.stderr,
    exit_code: result.exitCode,
    duration_ms: result.durationMs,
    status: result.exitCode === 0 ? 'completed' : 'failed',
    ...(result.isTruncated ? { truncated: true } : {}),
  }
}

/** The client wants a terminal and a command; the command is a terminal of its own. */
function startedCommand(record: ProcessRecord) {
  const { id, command } = record
  return { command, stdout: '', stderr: '', status: 'running', terminal_id: id, cmd_id: id }
}

function commandId({ terminal, command }: Record<string, string>): string {
  if (terminal === undefined || terminal !== command) {
    throw new SandboxError('process_not_found', 'There is no such command in this terminal.')
  }
  return command
}

async function command(agent: AgentConnection, record: ProcessRecord) {
  const [stdout, stderr] = await Promise.all([
    output(agent, record.id, 'stdout'),
    output(agent, record.id, 'stderr'),
  ])
  return {
    cmd_id: record.id,
    command: record.command,
    stdout,
    stderr,
    started_at: isoTime(record.startedAtMs),
    ...(record.status === 'running' ? { status: 'running' } : endOf(record)),
  }
}

function endOf({ exitCode, startedAtMs, endedAtMs }: ProcessRecord) {
  const endMs = endedAtMs ?? startedAtMs
  return {
    status: exitCode === 0 ? 'completed' : 'failed',
    exit_code: exitCode ?? -1,
    finished_at: isoTime(endMs),
    duration_ms: Math.max(0, endMs - startedAtMs),
  }
}

async function output(agent: AgentConnection, id: string, stream: 'stdout' | 'stderr'): Promise<string> {
  const bytes = await readUpTo(await agent.processOutput(id, stream), MAX_OUTPUT_BYTES)
  return bytes.toString('utf8')
}

async function readUpTo(stream: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    sizeBytes += chunk.length
    if (sizeBytes >= maxBytes) break
  }
  return Buffer.concat(chunks).subarray(0, maxBytes)
}

import type { IncomingMessage } from 'node:http'
import type { CommandDetails, CommandSummary, Execution } from '@/lib/protocol/commands'
import type { AgentConnection, ProcessRecord, RunResult } from '../../sandbox/agent-connection'
import { isoTime } from '../iso-time'

/** Of each output of a background command that has ended; all of it is in the process's log. */
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024

export function finishedRun(command: string, result: RunResult): Execution {
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

export function startedCommand(record: ProcessRecord): Execution {
  const { id, command } = record
  const terminal_id = terminalOf(record)
  return { command, stdout: '', stderr: '', status: 'running', terminal_id, cmd_id: id }
}

export async function finishedCommand(agent: AgentConnection, record: ProcessRecord): Promise<Execution> {
  const { command, stdout, stderr, status, exit_code, duration_ms } = await commandDetails(agent, record)
  const isTruncated =
    record.stdoutBytes + record.stderrBytes > Buffer.byteLength(stdout) + Buffer.byteLength(stderr)
  return {
    command,
    stdout,
    stderr,
    status,
    terminal_id: terminalOf(record),
    cmd_id: record.id,
    ...(exit_code === undefined ? {} : { exit_code }),
    ...(duration_ms === undefined ? {} : { duration_ms }),
    ...(isTruncated ? { truncated: true } : {}),
  }
}

export function commandSummary(record: ProcessRecord): CommandSummary {
  return {
    cmd_id: record.id,
    command: record.command,
    started_at: isoTime(record.startedAtMs),
    ...(record.status === 'running' ? { status: 'running' as const } : endOf(record)),
  }
}

export async function commandDetails(agent: AgentConnection, record: ProcessRecord): Promise<CommandDetails> {
  const [stdout, stderr] = await Promise.all([
    output(agent, record.id, 'stdout'),
    output(agent, record.id, 'stderr'),
  ])
  return { ...commandSummary(record), stdout, stderr }
}

/** An older agent's process is a terminal of its own. */
export function terminalOf({ id, terminalId }: ProcessRecord): string {
  return terminalId ?? id
}

function endOf({ exitCode, startedAtMs, endedAtMs }: ProcessRecord) {
  const endMs = endedAtMs ?? startedAtMs
  return {
    status: exitCode === 0 ? ('completed' as const) : ('failed' as const),
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

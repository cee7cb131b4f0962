import { type IncomingMessage, request } from 'node:http'
import { z } from 'zod'
import type { Provider, SandboxSpec } from '../provider'

/** What tests look at of the agent's answer; the providers know no more of the agent than that it speaks HTTP. */
const RunResult = z.object({ exitCode: z.int(), stdout: z.string(), stderr: z.string() })
const MAX_ANSWER_BYTES = 8 * 1024 * 1024

/** Runs one shell command in a sandbox through its agent, as the control plane would. */
export async function runIn(provider: Provider, { id, secret }: SandboxSpec, command: string) {
  const body = { command, cwd: '/home/user/workspace', timeoutMs: 20_000, maxOutputBytes: 1024 * 1024 }
  const { status, text } = await callAgent(provider, { id, secret }, 'POST', '/processes/run', body)
  if (status !== 200) throw new Error(`The agent answered ${status}: ${text}`)
  return RunResult.parse(JSON.parse(text))
}

export async function callAgent(
  provider: Provider,
  { id, secret }: Pick<SandboxSpec, 'id' | 'secret'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  const stream = await provider.dial(id)
  try {
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const asking = request({ createConnection: () => stream, method, path, headers }, resolve)
      asking.once('error', reject)
      asking.end(body === undefined ? undefined : JSON.stringify(body))
    })
    return { status: answer.statusCode ?? 0, text: await readAll(answer) }
  } finally {
    stream.destroy()
  }
}

async function readAll(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer) {
    chunks.push(chunk)
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw new Error('The agent answers without end')
  }
  return Buffer.concat(chunks).toString()
}

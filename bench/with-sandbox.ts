import { SandboxClient } from '@/lib/client/sandbox-client'
import type { BenchContext } from './figure'

export interface BenchSandbox {
  sandboxId: string
  token: string
  client: SandboxClient
  /** Where its commands start. */
  directory: string
  /** The calls that the browser does not make, and that `SandboxClient` so has not. */
  post(path: string, body: object): Promise<void>
}

/** A sandbox for one measurement, ended with it. */
export async function withSandbox<T>(
  { server, sandboxes }: BenchContext,
  work: (sandbox: BenchSandbox) => Promise<T>,
): Promise<T> {
  const { sandboxId, token } = await sandboxes.create({})
  const baseUrl = `${server.url}/sandboxes/${sandboxId}`
  try {
    const client = new SandboxClient({ baseUrl, token })
    const { directory } = await client.info()
    return await work({
      sandboxId,
      token,
      client,
      directory,
      post: (path, body) => post(baseUrl + path, token, body),
    })
  } finally {
    await sandboxes.delete(sandboxId)
  }
}

async function post(url: string, token: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = await response.text()
  const hasFailed = response.status !== 200 || /"exit_code":[^0]/.test(answer)
  if (hasFailed)
    throw new Error(`POST ${new URL(url).pathname} answered ${response.status}: ${answer.slice(0, 300)}`)
}

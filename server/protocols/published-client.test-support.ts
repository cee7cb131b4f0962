import { Sandbox } from 'computesdk'
import { WebSocket } from 'ws'
import type { TestSandbox } from './stack.test-support'

type Of = Pick<TestSandbox, 'url' | 'sandboxId' | 'token'>

/** ComputeSDK's client as it comes from npm, on a sandbox of the tests. */
export function publishedClient(
  { url, sandboxId, token }: Of,
  options: { protocol?: 'binary' | 'json' } = {},
): Sandbox {
  return new Sandbox({
    sandboxUrl: url,
    sandboxId,
    provider: 'sandlot',
    token,
    ...options,
    // Node 20 has none of its own, and the client names the browser's class.
    WebSocket: WebSocket as never,
  })
}

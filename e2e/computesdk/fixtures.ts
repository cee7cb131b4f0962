import { compute, Sandbox } from 'computesdk'
import WebSocket from 'ws'
import { test as base, expect } from '../fixtures'
import type { RunningServer } from '../running-server'
import { type Box, type Gateway, openGateway } from './gateway'
import { resolveLocalhost } from './resolve-localhost'

// Before Node 22 the client needs it there: it compares the states of sockets with the global's constants.
Object.assign(globalThis, { WebSocket })
resolveLocalhost()

/** How a program may reach a sandbox: where its API is, and what the client says on its socket. */
export interface Way {
  form: 'path' | 'host'
  protocol: 'binary' | 'json'
}

export const WAYS: Way[] = [
  { form: 'path', protocol: 'binary' },
  { form: 'path', protocol: 'json' },
  { form: 'host', protocol: 'binary' },
  { form: 'host', protocol: 'json' },
]

export const nameOf = ({ form, protocol }: Way): string => `${form} form, ${protocol}`

interface Fixtures {
  /** The client for the shared sandbox, or another; its sockets close with the test. */
  connect: (way?: Way, box?: Box, token?: string) => Sandbox
  /** The published client's `compute`, set to this server as a program sets it. */
  configured: typeof compute
}

interface WorkerFixtures {
  gateway: Gateway
  /** One sandbox for all tests of a worker that leave it as they found it. */
  shared: Box
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  gateway: [async ({ server }, use) => use(await openGateway(server)), { scope: 'worker' }],
  shared: [async ({ gateway }, use) => use(await gateway.create()), { scope: 'worker' }],
  connect: async ({ server, shared }, use) => {
    const opened: Sandbox[] = []
    await use((way = WAYS[0] as Way, box = shared, token = box.token) => {
      const sandbox = new Sandbox({
        sandboxUrl: urlOf(server, box, way.form),
        sandboxId: box.sandboxId,
        provider: 'computesdk',
        token,
        protocol: way.protocol,
        WebSocket: globalThis.WebSocket,
      })
      opened.push(sandbox)
      return sandbox
    })
    await Promise.all(opened.map((sandbox) => sandbox.disconnect()))
  },
  configured: async ({ server, gateway }, use) => {
    compute.setConfig({
      provider: 'computesdk',
      computesdkApiKey: gateway.key,
      gatewayUrl: server.url,
      computesdk: { computesdk_api_key: 'x' },
    } as Parameters<typeof compute.setConfig>[0])
    await use(compute)
  },
})

function urlOf(server: RunningServer, box: Box, form: Way['form']): string {
  return form === 'path' ? box.url : `http://${box.sandboxId}.localhost:${server.port}`
}

export { expect }

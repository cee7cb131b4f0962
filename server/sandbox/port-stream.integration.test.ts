import { request as sendRequest } from 'node:http'
import type { Duplex } from 'node:stream'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { hashSecret } from '../auth/access'
import { type Stack, startStack } from '../protocols/stack.test-support'
import type { AgentConnection } from './agent-connection'

let stack: Stack
let agent: AgentConnection

const PORT = 4321
/** Answers /flood with 256 MB, everything else with the number of bytes that it was sent. */
const SERVER = `require('node:http').createServer((request, response) => {
  if (request.url === '/flood') {
    let left = 4096
    const more = () => {
      while (left-- > 0) if (!response.write(Buffer.alloc(65536))) return response.once('drain', more)
      response.end()
    }
    return more()
  }
  let size = 0
  request.on('data', (chunk) => { size += chunk.length }).on('end', () => response.end(String(size)))
}).listen(${PORT}, '127.0.0.1')`

beforeAll(async () => {
  stack = await startStack()
  const { userId } = await stack.newOwner()
  const { id } = await stack.sandboxes.create({ userId, apiKeyId: null, accessTokenHash: hashSecret('x') })
  agent = await stack.sandboxes.connect(id)
  await agent.startProcess({ command: `exec node -e "${SERVER.replaceAll('"', '\\"')}"` })
  const ports = async () => (await agent.ports()).map(({ port }) => port)
  await vi.waitFor(async () => expect(await ports()).toContain(PORT), { timeout: 10_000 })
})
afterAll(() => stack.stop())

async function ask(path: string, body?: Buffer) {
  const stream = await agent.openPort(PORT)
  const method = body ? 'POST' : 'GET'
  const request = sendRequest({
    createConnection: () => stream,
    path,
    method,
    headers: { connection: 'close' },
  })
  request.end(body)
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    request.once('response', resolve)
    request.once('error', reject)
  })
  return response
}

it('carries requests and answers of many megabytes', async () => {
  const body = Buffer.alloc(64 * 1024 * 1024)
  let text = ''
  for await (const chunk of await ask('/', body)) text += chunk
  expect(text).toBe(String(body.length))
  let sizeBytes = 0
  for await (const chunk of await ask('/flood')) sizeBytes += chunk.length
  expect(sizeBytes).toBe(256 * 1024 * 1024)
})

it('holds a server back whose answer is not read', async () => {
  const stream = await agent.openPort(PORT)
  stream.write('GET /flood HTTP/1.1\r\nHost: x\r\n\r\n')
  await new Promise((resolve) => stream.once('readable', resolve))
  let before = -1
  const held = () => {
    const isStill = stream.readableLength === before
    before = stream.readableLength
    return isStill
  }
  await expect.poll(held).toBe(true)
  expect(stream.readableLength).toBeLessThan(1024 * 1024)
  // And the agent goes on answering others meanwhile.
  let text = ''
  for await (const chunk of await ask('/', Buffer.from('abc'))) text += chunk
  expect(text).toBe('3')
  stream.destroy()
})

it('opens many at once', async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, async () => {
      let text = ''
      for await (const chunk of await ask('/', Buffer.from('12345'))) text += chunk
      return text
    }),
  )
  expect(answers).toEqual(answers.map(() => '5'))
})

it('is refused where nothing listens, and ends with the sandbox', async () => {
  await expect(agent.openPort(1)).rejects.toMatchObject({ code: 'port_closed' })
  const stream: Duplex = await agent.openPort(PORT)
  for (const { id } of await stack.store.listAll()) await stack.sandboxes.stop(id)
  await expect.poll(() => stream.destroyed).toBe(true)
})

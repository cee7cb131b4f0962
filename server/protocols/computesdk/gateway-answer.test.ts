import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { SandboxError } from '@/lib/errors'
import { createLogger } from '../../log'
import { Exchange } from '../exchange'
import { sendData } from './gateway-answer'

afterEach(() => {
  vi.useRealTimers()
})

/** What a client gets of a creation that is under way for longer than it waits for headers. */
async function answerLate(
  settle: (done: { resolve(value: unknown): void; reject(error: unknown): void }) => void,
) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] })
  const server = createServer((request, response) => {
    const context = {
      requestId: 'r',
      log: createLogger('silent'),
      base: '',
      path: '/',
      query: new URLSearchParams(),
      origin: 'http://x',
      isSecure: false,
    }
    const exchange = new Exchange(request, response, context, { params: {}, rest: '' })
    const late = new Promise((resolve, reject) => {
      setTimeout(() => settle({ resolve, reject }), 50_000)
    })
    void sendData(exchange, 201, late)
    void vi.advanceTimersByTimeAsync(60_000)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const text = await response.text()
  server.close()
  return { status: response.status, text }
}

it('sends headers early, spaces, and then the data', async () => {
  const { status, text } = await answerLate(({ resolve }) => resolve({ sandboxId: 's' }))
  expect(status).toBe(201)
  expect(text).toMatch(/^ {2,}\{/)
  expect(JSON.parse(text)).toEqual({ success: true, data: { sandboxId: 's' } })
})

it('says as JSON what fails after the headers', async () => {
  const { text } = await answerLate(({ reject }) => reject(new SandboxError('disk_full', 'No room.')))
  expect(JSON.parse(text)).toEqual({ success: false, error: 'No room.', code: 'disk_full' })
})

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Checks, withHealth } from './health'
import type { Site } from './http-server'
import { createLogger } from './log'

let checks: Checks
let server: Server
let origin: string

const beneath: Site<'api'> = {
  request: (_req, res) => void res.writeHead(418).end(),
  upgrade: () => undefined,
}

beforeEach(async () => {
  checks = { database: () => Promise.resolve(1), provider: () => Promise.resolve([]) }
  server = createServer((req, res) => {
    const path = req.url ?? ''
    const context = {
      requestId: 'r',
      log: createLogger('silent'),
      base: '',
      path,
      query: new URLSearchParams(),
      origin: '',
      isSecure: false,
    }
    void withHealth(beneath, checks).request(req, res, context, { kind: 'api', base: '', path })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  vi.useRealTimers()
  server.closeAllConnections()
  server.close()
})

async function ask(path: string, method = 'GET') {
  const response = await fetch(origin + path, { method })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}

it('/healthz says that the process lives, whatever else does not', async () => {
  checks.database = () => Promise.reject(new Error('gone'))
  expect(await ask('/healthz')).toEqual({ status: 200, body: { status: 'ok' } })
  expect(await ask('/healthz', 'HEAD')).toEqual({ status: 200, body: null })
})

it('/readyz says that what requests need works', async () => {
  expect(await ask('/readyz')).toEqual({
    status: 200,
    body: { status: 'ok', database: 'ok', provider: 'ok' },
  })
})

it('/readyz names what does not work, and nothing of why', async () => {
  checks.provider = () => Promise.reject(new Error('password=hunter2'))
  const answer = await ask('/readyz')
  expect(answer).toEqual({
    status: 503,
    body: { status: 'unavailable', database: 'ok', provider: 'failed' },
  })
})

it('/readyz does not wait for ever', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const asked = new Promise<void>((resolve) => {
    checks.database = () => {
      resolve()
      return new Promise(() => undefined)
    }
  })
  const answer = ask('/readyz')
  await asked
  await vi.advanceTimersByTimeAsync(5_000)
  expect(await answer).toMatchObject({ status: 503, body: { database: 'failed' } })
})

it('leaves all else to the site beneath', async () => {
  expect((await ask('/healthz/x')).status).toBe(418)
})

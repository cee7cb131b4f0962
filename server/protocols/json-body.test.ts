import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { toSandboxError } from '@/lib/errors'
import { sendRefusal } from '../refusal'
import { readJson } from './json-body'

const MEGABYTE = 1024 * 1024
const Body = z.looseObject({ content: z.string().optional() })

let server: Server
/** Of bodies that were read and are not answered yet. */
let answers: (() => void)[]

/** Reads a body as calls that bring files do; `/held` is answered when the test says so. */
beforeEach(async () => {
  answers = []
  server = createServer(async (req, res) => {
    try {
      const bounds = req.url === '/ordinary' ? undefined : { maxBytes: 96 * MEGABYTE, maxValues: 1000 }
      const { content = '' } = await readJson(req, res, Body, bounds)
      if (req.url === '/held') await new Promise<void>((resolve) => answers.push(resolve))
      res.end(JSON.stringify({ length: content.length }))
    } catch (error) {
      sendRefusal(req, res, toSandboxError(error), 'sandbox')
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => server.close().closeAllConnections())

function post(path: string) {
  const { port } = server.address() as AddressInfo
  const headers = { 'content-type': 'application/json' }
  const request = httpRequest({ port, host: '127.0.0.1', path, method: 'POST', headers })
  // A refused body is not read to its end, and the connection is closed under it.
  request.on('error', () => undefined)
  const answer = once(request, 'response').then(async ([response]: IncomingMessage[]) => {
    const chunks: Buffer[] = []
    for await (const chunk of response as IncomingMessage) chunks.push(chunk as Buffer)
    const { statusCode, headers } = response as IncomingMessage
    return { status: statusCode, headers, body: JSON.parse(Buffer.concat(chunks).toString()) }
  })
  return { request, answer }
}

async function send(path: string, text: string) {
  const { request, answer } = post(path)
  request.end(text)
  return answer
}

/** A body that has been read whole, and is answered only when the test says so. */
async function hold(text: string) {
  const [held, before] = [post('/held'), answers.length]
  held.request.end(text)
  await expect.poll(() => answers.length, { timeout: 20_000 }).toBe(before + 1)
  return held
}

describe('a JSON body', () => {
  it('is read with what it has', async () => {
    expect(await send('/files', '{"content":"\\u0041[[[{{{"}')).toMatchObject({
      status: 200,
      body: { length: 7 },
    })
    expect(await send('/files', '')).toMatchObject({ status: 200 })
  })

  it('of deep arrays is refused, however small it is', async () => {
    const text = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    expect(await send('/ordinary', text)).toMatchObject({ status: 400, body: { code: 'bad_request' } })
  })

  it.each(['[', '{},', '1,'])('of no end of %s is refused before it has arrived', async (sign) => {
    const { request, answer } = post('/files')
    request.write(`{"files":[${sign.repeat(20_000)}`)
    // It never ends: only its structure can be the reason.
    const { status, body } = await answer
    expect([status, body.code]).toEqual(sign === '[' ? [400, 'bad_request'] : [413, 'too_large'])
    request.destroy()
  })

  it('beside two of the largest is asked to come again if it is large, and is read if it is not', async () => {
    const large = `{"content":"${'x'.repeat(90 * MEGABYTE)}"}`
    const [answered, left] = [await hold(large), await hold(large)]
    const refused = await send('/files', large)
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many' } })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(await send('/files', '{"content":"small"}')).toMatchObject({ status: 200 })

    answers.shift()?.()
    await answered.answer
    left.request.destroy()
    await expect(left.answer).rejects.toThrow('hang up')
    const again = [await hold(large), await hold(large)]
    for (const answer of answers) answer()
    for (const { answer } of again) expect(await answer).toMatchObject({ status: 200 })
  }, 30_000)
})

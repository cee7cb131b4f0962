import { once } from 'node:events'
import { connect as dial } from 'node:net'
import { z } from 'zod'
import { ask, type Target, targetsOf } from './endpoints'
import { expect, test } from './fixtures'

const encoder = new TextEncoder()
const DEPTH = 200_000

/** None of these is an object, so no endpoint can take it. */
const NEVER_RIGHT: Record<string, string | Uint8Array<ArrayBuffer>> = {
  'not JSON': 'name=value',
  'half of JSON': '{"command": "echo',
  'a lone quote': '"',
  null: 'null',
  'a list': '[]',
  text: '"text"',
  'a number': '1e999',
  'not UTF-8': new Uint8Array([...encoder.encode('{"a":"'), 0xff, 0xfe, ...encoder.encode('"}')]),
  'deep lists': '['.repeat(DEPTH) + ']'.repeat(DEPTH),
  'deep objects': `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`,
  'many values': `{"a":[${'[],'.repeat(300_000)}[]]}`,
}

const WRONG_VALUES: unknown[] = [null, true, -1, 1e308, [], {}, [[null]], { a: { b: 1 } }, '\0', '\ud800', '']

test('every endpoint refuses bodies that no endpoint takes', async ({ gateway, shared }) => {
  for (const target of withJson(targetsOf(gateway, shared)))
    for (const [what, body] of Object.entries(NEVER_RIGHT)) {
      const { status, text } = await send(target, body)
      expect(status, `${target.name}, ${what}: ${status} ${text.slice(0, 200)}`).toBeGreaterThanOrEqual(400)
      expectRefusal(target, what, status, text)
    }
})

test('every endpoint bears every field of a wrong type, alone and all together', async ({
  gateway,
  shared,
}) => {
  for (const target of withJson(targetsOf(gateway, shared))) {
    const fields = fieldsOf(target)
    const every = (value: unknown) => Object.fromEntries(fields.map((field) => [field, value]))
    for (const value of WRONG_VALUES) {
      const body = JSON.stringify({ ...every(value), constructor: 1, ['__proto__']: { a: 1 } })
      const { status, text } = await send(target, body)
      expectRefusal(target, body, status, text)
    }
  }
})

test('every endpoint refuses huge bodies, and takes no JSON under another name', async ({
  gateway,
  shared,
}) => {
  const huge = 'x'.repeat(2 * 1024 * 1024)
  for (const target of withJson(targetsOf(gateway, shared))) {
    for (const body of [JSON.stringify({ unknown: huge }), JSON.stringify({ [huge]: 1 })]) {
      const { status, text } = await send(target, body)
      expectRefusal(target, '2 MB', status, text)
    }
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const { method } = target.endpoint
      const { status, text } = await ask(target.url, method, {
        credential: target.credential,
        body: '{}',
        type,
      })
      expect([400, 404, 415], `${target.name}, ${type}: ${status} ${text}`).toContain(status)
    }
  }
})

test('a body that is cut short ends its request, and nothing else', async ({ gateway, shared }) => {
  const targets = withJson(targetsOf(gateway, shared))
  await Promise.all(targets.map(cutShort))
  expect((await ask(`${shared.url}/health`, 'GET')).status).toBe(200)
})

/** Resolves when the server has let go of the connection. */
async function cutShort({ url, endpoint, credential, name }: Target): Promise<void> {
  const { hostname, port, pathname, host } = new URL(url)
  const socket = dial({ host: hostname, port: Number(port), allowHalfOpen: true })
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk.toString()
  })
  socket.on('error', () => undefined)
  socket.end(
    [
      `${endpoint.method} ${pathname} HTTP/1.1`,
      `Host: ${host}`,
      `Authorization: Bearer ${credential}`,
      'Content-Type: application/json',
      'Content-Length: 1000',
      '',
      '{"command":"touch /tmp/cut"',
    ].join('\r\n'),
  )
  await once(socket, 'close')
  if (answer !== '') expect(answer, name).toMatch(/^HTTP\/1\.1 4\d\d /)
}

function withJson(targets: Target[]): Target[] {
  const found = targets.filter(({ endpoint }) => endpoint.body instanceof z.ZodType)
  expect(found.length).toBeGreaterThan(25)
  return found
}

function fieldsOf({ endpoint }: Target): string[] {
  return endpoint.body instanceof z.ZodObject ? Object.keys(endpoint.body.shape) : []
}

function send({ url, endpoint, credential }: Target, body: string | Uint8Array<ArrayBuffer>) {
  return ask(url, endpoint.method, { credential, body })
}

function expectRefusal({ name }: Target, what: string, status: number, text: string): void {
  const shown = `${name}, ${what.slice(0, 200)}: ${status} ${text.slice(0, 300)}`
  expect(status, shown).toBeLessThan(500)
  if (status < 400) return
  expect(JSON.parse(text), shown).toMatchObject({ error: expect.any(String), code: expect.any(String) })
}

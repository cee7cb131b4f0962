import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { servePreview } from './preview.test-support'

const PLAIN = ['Connection: close']
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']

let preview: Awaited<ReturnType<typeof servePreview>>
/** The first line of what the program answers. */
let first: string

beforeEach(async () => {
  const program = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', () => socket.end(`${first}\r\nContent-Length: 2\r\n\r\nhi`))
  })
  preview = await servePreview(program)
})

afterEach(() => preview.close())

describe.each([
  ['a plain request', PLAIN],
  ['an upgrade', UPGRADE],
])('the answer to %s', (_, lines) => {
  it.each(['HTTP/1.1 999 Odd', 'HTTP/1.1 600 Odd', 'HTTP/1.1 099 Odd', 'HTTP/1.1 000 Odd'])(
    'is 502 for %s',
    async (odd) => {
      first = odd
      const got = await preview.ask('GET /', lines)
      expect(got).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/)
      expect(got).toMatch(/not between 200 and 599/)
    },
  )

  it('is 502 for a switch of protocols that names none', async () => {
    first = 'HTTP/1.1 101 Switching Protocols'
    expect(await preview.ask('GET /', lines)).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/)
  })

  it.each(['200 OK', '404 Not Found', '599 Own'])('is the program’s for %s', async (status) => {
    first = `HTTP/1.1 ${status}`
    const got = await preview.ask('GET /', lines)
    expect(got).toMatch(new RegExp(`^HTTP/1\\.1 ${status.slice(0, 3)} `))
    expect(got).toMatch(/hi/)
  })
})

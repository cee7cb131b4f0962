import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { servePreview } from './preview.test-support'

const HINT = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n'
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']

let preview: Awaited<ReturnType<typeof servePreview>>
/** What the program does once it is asked. */
let answer: (socket: Socket) => void

beforeEach(async () => {
  const program: Server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', () => answer(socket))
  })
  preview = await servePreview(program)
})

afterEach(() => preview.close())

/** As fast as they are taken, until the other side has enough. */
function hintForEver(socket: Socket): void {
  if (socket.destroyed) return
  if (socket.write(HINT.repeat(100))) setImmediate(hintForEver, socket)
  else socket.once('drain', () => hintForEver(socket))
}

describe('interim answers', () => {
  it('may come before the real one', async () => {
    answer = (socket) => socket.end(`${HINT.repeat(3)}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nreal`)
    const got = await preview.ask('GET /', ['Connection: close'])
    expect(got).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(got).toMatch(/real$/)
  })

  it('without end are 502, and the program is left', async () => {
    const left = new Promise((resolve) => {
      answer = (socket) => {
        socket.once('close', resolve)
        hintForEver(socket)
      }
    })
    const page = await preview.ask('GET /', ['Connection: close', 'Sec-Fetch-Mode: navigate'])
    expect(page).toMatch(/^HTTP\/1\.1 502 /)
    expect(page).toMatch(/Nothing answers on port \d+ yet/)
    await left
  })

  it('without end are not asked for again on other kept connections', async () => {
    const asked: Socket[] = []
    answer = (socket) => {
      asked.push(socket)
      if (asked.length > 2) hintForEver(socket)
      // Both at once, so that two connections are kept.
      else if (asked.length === 2)
        for (const kept of asked) kept.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    }
    await Promise.all([1, 2].map(() => preview.ask('GET /', ['Connection: close'])))
    expect(await preview.ask('GET /', ['Connection: close'])).toMatch(/^HTTP\/1\.1 502 /)
    expect(asked).toHaveLength(3)
    expect(asked.slice(0, 2)).toContain(asked[2])
  })

  it('without end to an upgrade are 502, and the program is left', async () => {
    const left = new Promise((resolve) => {
      answer = (socket) => {
        socket.once('close', resolve)
        hintForEver(socket)
      }
    })
    expect(await preview.ask('GET /', UPGRADE)).toMatch(/^HTTP\/1\.1 502 /)
    await left
  })
})

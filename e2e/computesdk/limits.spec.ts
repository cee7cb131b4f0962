import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect as dial, type Socket } from 'node:net'
import WebSocket from 'ws'
import { ask } from './endpoints'
import { expect, test } from './fixtures'
import type { Box } from './gateway'

const MEGABYTE = 1024 * 1024
/** What garbage not yet collected may come to; a leak of these tests' traffic would be several times that. */
const MOST_GROWTH_BYTES = 300 * MEGABYTE

test('a thousand watchers of one directory all hear of one change, and one more is refused', async ({
  connect,
  gateway,
}) => {
  const box = await gateway.create()
  const sandbox = connect(undefined, box)
  await sandbox.filesystem.mkdir('/tmp/busy')
  const heard = new Set<string>()
  const watch = async () => {
    const watcher = await sandbox.watcher.create('/tmp/busy')
    watcher.on('change', ({ event }) => event === 'add' && heard.add(watcher.getId()))
  }
  // The client opens its socket with the first; one that is asked for meanwhile would find it closed.
  await watch()
  for (let left = 999; left > 0; left -= 27) await Promise.all(Array.from({ length: 27 }, watch))
  await expect(sandbox.watcher.create('/tmp/busy')).rejects.toThrow(/\(429\): .*1000 watchers/)
  await sandbox.filesystem.writeFile('/tmp/busy/x', 'y')
  await expect.poll(() => heard.size).toBe(1000)
  expect(await sandbox.watcher.list()).toHaveLength(1000)
  await gateway.delete(box.sandboxId)
})

test('a file of 100 MB goes in and out by its bytes; as text it is written, or refused with what to do', async ({
  connect,
  shared,
}) => {
  const bytes = new Uint8Array(100 * MEGABYTE).fill(120)
  const written = await ask(`${shared.url}/raw/big.bin`, 'PUT', {
    credential: shared.token,
    body: bytes,
    type: 'text/plain',
  })
  expect(written.status, written.text).toBe(200)
  const sandbox = connect()
  expect((await sandbox.getFile('big.bin')).data.file.size).toBe(bytes.length)
  const read = await fetch(`${shared.url}/raw/big.bin`, {
    headers: { authorization: `Bearer ${shared.token}` },
  })
  expect((await read.arrayBuffer()).byteLength).toBe(bytes.length)
  const text = 'x'.repeat(100 * MEGABYTE)
  await expect(sandbox.filesystem.writeFile('big.txt', text)).rejects.toThrow(/\(413\): .*\/raw/)
  await expect(sandbox.filesystem.readFile('big.bin')).rejects.toThrow(/\(413\): .*\/raw/)
  expect((await sandbox.runCommand('ls big.*')).stdout).toBe('big.bin\n')
  await sandbox.filesystem.remove('big.bin')
})

test('who does not read a flood costs the server no memory, and others nothing', async ({
  connect,
  shared,
  server,
}) => {
  const sandbox = connect()
  const terminal = await sandbox.terminal.create({ pty: true })
  const before = await memoryOf(server.pid)
  const deaf = await Promise.all(Array.from({ length: 8 }, () => deafSocket(shared, terminal.id)))
  terminal.write('yes "a line of the flood"\n')
  let heard = 0
  terminal.on('output', (text) => {
    heard += text.length
  })
  // More than the kernel's buffers and the server's bounds take together.
  await expect.poll(() => heard, { timeout: 60_000 }).toBeGreaterThan(48 * MEGABYTE)
  expect((await connect().runCommand('echo served')).stdout).toBe('served\n')
  expect((await memoryOf(server.pid)) - before).toBeLessThan(MOST_GROWTH_BYTES)
  await terminal.destroy()
  for (const socket of deaf) socket.terminate()
})

test('a socket that answers no ping is let go', async ({ shared }) => {
  const paths = ['/ws?protocol=binary', '/events?', '/servers/events?']
  // Each is pinged every 30 s and has until the next.
  const ended = paths.map(async (path) => endOf(await silentSocket(shared, path)))
  await Promise.all(ended)
})

test('a terminal that its client has half closed is let go', async ({ connect, shared }) => {
  const terminal = await connect().terminal.create({ pty: true })
  const socket = await silentSocket(shared, `/terminals/${terminal.id}/stream?`)
  socket.end()
  await endOf(socket)
  await terminal.destroy()
})

test('frames that are none close their own socket alone', async ({ connect, shared }) => {
  const bad = [
    Buffer.from([1]),
    Buffer.from([9, 0xff, 0xff]),
    Buffer.from('ff'.repeat(64), 'hex'),
    Buffer.alloc(2 * MEGABYTE),
    '{',
    'null',
    `${'['.repeat(100_000)}`,
    JSON.stringify({ type: 'command:start' }),
    JSON.stringify({ type: 'terminal:resize', data: { terminal_id: 'x', cols: 1e9, rows: -1 } }),
  ]
  const sandbox = connect()
  const terminal = await sandbox.terminal.create({ pty: true })
  for (const frame of bad) {
    const socket = await openSocket(shared)
    const settled = Promise.race([once(socket, 'close'), once(socket, 'message')])
    socket.send(frame)
    socket.send(JSON.stringify({ type: 'terminal:input', data: { terminal_id: 'none', input: 'x' } }))
    await settled
    socket.terminate()
  }
  let text = ''
  terminal.on('output', (output) => {
    text += output
  })
  terminal.write('echo still-$((1))\n')
  await expect.poll(() => text).toContain('still-1')
  await terminal.destroy()
})

async function openSocket({ url, token }: Box): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?protocol=json&token=${token}`)
  socket.on('error', () => undefined)
  await once(socket, 'open')
  return socket
}

/** Subscribed, and from then on it reads nothing. */
async function deafSocket(box: Box, terminalId: string): Promise<WebSocket> {
  const socket = await openSocket(box)
  socket.send(JSON.stringify({ type: 'subscribe', channel: `terminal:${terminalId}` }))
  socket.pause()
  return socket
}

/** Speaks HTTP up to the upgrade, then takes what comes and says nothing. */
async function silentSocket({ url, token }: Box, path: string): Promise<Socket> {
  const { hostname, port, pathname, host } = new URL(url)
  const socket = dial({ port: Number(port), host: hostname, allowHalfOpen: true })
  socket.on('error', () => undefined)
  socket.write(
    [
      `GET ${pathname}${path}&token=${token} HTTP/1.1`,
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      '\r\n',
    ].join('\r\n'),
  )
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString(), path).toMatch(/^HTTP\/1\.1 101 /)
  socket.resume()
  return socket
}

/** Resolves when the other side has let go, with a word or without. */
async function endOf(socket: Socket): Promise<void> {
  await Promise.race([once(socket, 'end'), once(socket, 'close')])
  socket.destroy()
}

/** Resident bytes of a process. */
async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}

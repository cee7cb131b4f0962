import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Dial } from './agent-dialer'

/** What a sandbox may put in the agent's place: a server on a Unix socket that answers as the test says. */
export async function startHostileAgent(
  answer: RequestListener,
  onSocket: (socket: WebSocket, request: IncomingMessage) => void = () => undefined,
) {
  const folder = mkdtempSync(join(tmpdir(), 'sandlot-agent-'))
  const path = join(folder, 'agent.sock')
  const server = createServer({ maxHeaderSize: 1024 * 1024 }, answer)
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => sockets.handleUpgrade(request, socket, head, onSocket))
  let connections = 0
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const dial: Dial = () =>
    new Promise((resolve, reject) => {
      const socket = connect(path)
      socket.once('connect', () => resolve(socket))
      socket.once('error', reject)
    })
  return {
    dial,
    connections: () => connections,
    async stop() {
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true })
    },
  }
}

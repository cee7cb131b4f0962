import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { SandboxError } from '@/lib/errors'
import { acceptKey } from '../../sandbox/agent-socket'

/** Sixteen bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/

/** The key of a browser's handshake; an upgrade that is not a WebSocket's is refused. */
export function websocketKey(request: IncomingMessage): string {
  const { upgrade, 'sec-websocket-key': key, 'sec-websocket-version': version } = request.headers
  const isWebSocket = request.method === 'GET' && upgrade?.toLowerCase() === 'websocket' && version === '13'
  if (isWebSocket && key !== undefined && KEY.test(key)) return key
  throw new SandboxError('bad_request', 'This address takes WebSocket handshakes of version 13.')
}

/** Our answer to it. No extension is agreed on, so that the bytes mean the same on both of our sides. */
export function acceptHandshake(request: IncomingMessage, socket: Duplex): void {
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptKey(websocketKey(request))}`,
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
}

import { createHash } from 'node:crypto'
import { type IncomingMessage, request as sendRequest } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import { SandboxError } from '@/lib/errors'
import { type Dial, dialInTime } from './agent-dialer'
import { agentFailure, agentRefusal, invalidReply } from './agent-errors'

const HANDSHAKE_TIMEOUT_MS = 15_000
/** A refusal is one sentence. */
const MAX_REFUSAL_BYTES = 64 * 1024
/** A flood of watch events in one message; port streams stay far below. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024
/** RFC 6455, 1.3: what both sides append to the key. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export interface AgentAddress {
  dial: Dial
  secret: string
}

/** A stream on which the WebSocket handshake is done, and what came along with its answer. */
export interface UpgradedStream {
  stream: Duplex
  head: Buffer
}

/**
 * A WebSocket to the agent, not parsed on our side: for a browser's stream to be piped into. `key` is the browser's
 * `Sec-WebSocket-Key`. Its frames are masked, as a client's must be, and so reach the agent as they are.
 */
export async function openRawSocket(agent: AgentAddress, path: string, key: string): Promise<UpgradedStream> {
  const stream = await dialInTime(agent.dial)
  try {
    return await inTime(upgrade(stream, agent, path, key))
  } catch (error) {
    stream.destroy()
    throw agentFailure(error)
  }
}

/** A WebSocket to the agent. `attach` adds listeners before the first message can come. */
export async function openSocket(
  agent: AgentAddress,
  path: string,
  attach: (socket: WebSocket) => void,
): Promise<WebSocket> {
  const stream = await dialInTime(agent.dial)
  const socket = new WebSocket(`ws://agent${path}`, {
    createConnection: (() => stream) as never,
    headers: { authorization: `Bearer ${agent.secret}` },
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  })
  attach(socket)
  try {
    await inTime(opened(socket))
    return socket
  } catch (error) {
    socket.on('error', () => undefined)
    socket.terminate()
    stream.destroy()
    throw agentFailure(error)
  }
}

/** What the server's side of a handshake answers to a key. */
export function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}${WEBSOCKET_GUID}`).digest('base64')
}

function upgrade(stream: Duplex, agent: AgentAddress, path: string, key: string): Promise<UpgradedStream> {
  return new Promise((resolve, reject) => {
    const request = sendRequest({
      createConnection: () => stream,
      path,
      headers: {
        host: 'agent',
        authorization: `Bearer ${agent.secret}`,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': key,
      },
    })
    request.once('upgrade', (response, upgraded, head) => {
      const isAccepted = response.headers['sec-websocket-accept'] === acceptKey(key)
      // Nothing was offered: an extension now would make the two ends read the bytes differently.
      const isPlain = response.headers['sec-websocket-extensions'] === undefined
      if (isAccepted && isPlain) resolve({ stream: upgraded, head })
      else reject(invalidReply('handshake'))
    })
    request.once('response', (response) => readRefusal(response).then(reject, reject))
    request.once('error', reject)
    request.end()
  })
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
    socket.once('close', () => reject(agentFailure(undefined)))
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      readRefusal(response).then(reject, reject)
    })
  })
}

async function readRefusal(response: IncomingMessage): Promise<SandboxError> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > MAX_REFUSAL_BYTES) throw invalidReply('too large')
    chunks.push(chunk)
  }
  try {
    return agentRefusal(JSON.parse(Buffer.concat(chunks).toString('utf8')))
  } catch {
    return agentRefusal(undefined)
  }
}

async function inTime<T>(handshake: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const message = "The sandbox's agent did not open the stream in time. It may be out of memory or CPU."
    timer = setTimeout(() => reject(new SandboxError('agent_failed', message)), HANDSHAKE_TIMEOUT_MS)
  })
  try {
    return await Promise.race([handshake, late])
  } finally {
    clearTimeout(timer)
  }
}

import type { RawData, WebSocket } from 'ws'
import type { ZodMiniType } from 'zod/mini'
import type { SandboxError } from '@/lib/errors'
import { agentFailure, invalidReply } from './agent-errors'
import { type AgentAddress, openSocket } from './agent-socket'

export interface FrameHandlers<T> {
  onMessage: (message: T) => void
  onBytes: (bytes: Buffer) => void
  /** Called once, unless we closed it. `code` is the agent's, 1006 where the connection broke. */
  onClose: (code: number, reason: SandboxError) => void
}

/** A stream of bytes and of messages about them, both ways, until closed. It begins paused. */
export interface FrameStream {
  say(message: object): void
  /** Nothing more is read until `resume`: the agent then waits. */
  pause(): void
  resume(): void
  close(): void
}

/** A WebSocket on which the agent sends bytes as binary frames and tells about them as text; every message is checked. */
export async function followFrames<T>(
  agent: AgentAddress,
  path: string,
  schema: ZodMiniType<T>,
  handlers: FrameHandlers<T>,
): Promise<FrameStream> {
  let isOpen = true
  const finish = (socket: WebSocket, code: number, reason: SandboxError | null) => {
    if (!isOpen) return
    isOpen = false
    socket.terminate()
    if (reason) handlers.onClose(code, reason)
  }
  const socket = await openSocket(agent, path, (opening) => {
    // Until the caller has what is returned here, nothing is read, not even what came along with the handshake.
    opening.once('open', () => opening.pause())
    opening.on('error', () => undefined)
  })
  socket.on('message', (data, isBinary) => {
    if (!isOpen) return
    if (isBinary) return handlers.onBytes(data as Buffer)
    const message = checked(schema, data)
    if (message === null) finish(socket, BROKEN, invalidReply(path))
    else handlers.onMessage(message)
  })
  socket.on('close', (code) => finish(socket, code, agentFailure(undefined)))
  if (socket.readyState === socket.CLOSED) throw agentFailure(undefined)
  return {
    say: (message) => {
      if (isOpen) socket.send(JSON.stringify(message), () => undefined)
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => finish(socket, BROKEN, null),
  }
}

/** Code of RFC 6455 for a connection that broke. */
const BROKEN = 1006

function checked<T>(schema: ZodMiniType<T>, data: RawData): T | null {
  try {
    const parsed = schema.safeParse(JSON.parse(data.toString()))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

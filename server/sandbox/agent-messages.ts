import type { RawData, WebSocket } from 'ws'
import type { ZodMiniType } from 'zod/mini'
import type { SandboxError } from '@/lib/errors'
import { agentFailure, invalidReply } from './agent-errors'
import { type AgentAddress, openSocket } from './agent-socket'

export interface MessageHandlers<T> {
  onMessage: (message: T) => void
  /** Called once, unless we closed it: what was followed is no longer. */
  onClose: (reason: SandboxError) => void
}

/** A stream of messages that is followed until closed. */
export interface Subscription {
  close(): void
}

/** One on which we may speak, too. */
export interface Conversation extends Subscription {
  send(message: object): void
}

/** A WebSocket on which the agent tells and we listen; every message is checked. */
export async function followMessages<T>(
  agent: AgentAddress,
  path: string,
  schema: ZodMiniType<T>,
  handlers: MessageHandlers<T>,
): Promise<Conversation> {
  let isOpen = true
  const finish = (socket: WebSocket, reason: SandboxError | null) => {
    if (!isOpen) return
    isOpen = false
    socket.terminate()
    if (reason && hasStarted) handlers.onClose(reason)
  }
  let hasStarted = false
  const socket = await openSocket(agent, path, (opening) => {
    opening.on('message', (data) => {
      const message = checked(schema, data)
      if (message !== null && isOpen) handlers.onMessage(message)
      else if (message === null) finish(opening, invalidReply(path))
    })
    opening.on('error', (error) => finish(opening, agentFailure(error)))
    opening.on('close', () => finish(opening, agentFailure(undefined)))
  })
  hasStarted = true
  if (!isOpen) throw agentFailure(undefined)
  return {
    send: (message) => {
      if (isOpen) socket.send(JSON.stringify(message))
    },
    close: () => finish(socket, null),
  }
}

function checked<T>(schema: ZodMiniType<T>, data: RawData): T | null {
  try {
    const parsed = schema.safeParse(JSON.parse(data.toString()))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

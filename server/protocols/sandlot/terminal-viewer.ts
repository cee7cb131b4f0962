import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { TerminalClientMessage } from '@/lib/protocol/terminal-stream'
import type { SandboxPrincipal } from '../../auth/access'
import type { AgentConnection } from '../../sandbox/agent-connection'
import type { LiveSockets } from '../live-sockets'
import type { Upgrade } from '../site'

/** A viewer only acknowledges. */
const MAX_CLIENT_MESSAGE_BYTES = 4096
/** Written and not yet taken by the browser; the agent is not read while it is more. */
const MAX_PENDING_BYTES = 1024 * 1024

/**
 * A terminal's stream for somebody who may only look: output passes, and of what they say only acknowledgements. Asking
 * the agent for a reader is not enough, since a reader may ask it to become the writer.
 */
export async function followTerminal(
  upgrade: Upgrade,
  agent: AgentConnection,
  terminal: { id: string; offset: number | null },
  live: LiveSockets,
  principal: SandboxPrincipal,
): Promise<void> {
  const output = await agent.readTerminal(terminal.id, terminal.offset)
  let release: () => void = () => undefined
  try {
    release = live.hold(principal, () => {
      upgrade.socket.destroy()
      output.socket.terminate()
    })
  } catch (error) {
    output.socket.terminate()
    throw error
  }
  upgrade.socket.once('close', () => {
    release()
    output.socket.terminate()
  })
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_CLIENT_MESSAGE_BYTES })
  server.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (viewer) => {
    show(output.socket, viewer)
    output.start((data, isBinary) => forward(data, isBinary, output.socket, viewer))
  })
}

function show(agent: WebSocket, viewer: WebSocket): void {
  viewer.on('message', (data, isBinary) => {
    if (!isBinary && isAcknowledgement(data)) agent.send(data.toString())
  })
  viewer.on('error', () => viewer.terminate())
  viewer.on('close', () => agent.terminate())
  agent.on('close', () => viewer.close())
}

function forward(data: RawData, isBinary: boolean, agent: WebSocket, viewer: WebSocket): void {
  viewer.send(data, { binary: isBinary }, () => {
    if (viewer.bufferedAmount < MAX_PENDING_BYTES) agent.resume()
  })
  if (viewer.bufferedAmount >= MAX_PENDING_BYTES) agent.pause()
}

function isAcknowledgement(data: RawData): boolean {
  try {
    const message = TerminalClientMessage.safeParse(JSON.parse(data.toString()))
    return message.success && message.data.type === 'ack'
  } catch {
    return false
  }
}

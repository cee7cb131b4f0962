import { type WebSocket, WebSocketServer } from 'ws'
import { toSandboxError } from '@/lib/errors'
import type { ChannelClientMessage } from '@/lib/protocol/channel-messages'
import type { Entry, SandboxTarget } from '../entry'
import type { LiveSockets } from '../live-sockets'
import type { UpgradeRoute } from '../site'
import type { ChannelMember } from './channel-member'
import type { ChannelSocket } from './channel-outbox'
import type { Channels } from './channels'
import { clientMessage, UnreadableMessage } from './client-message'
import { KeepAlive } from './keep-alive'
import type { StreamedCommands } from './streamed-commands'
import type { TerminalChannels } from './terminal-channels'
import { TerminalTyping } from './terminal-typing'

/** A large paste; longer ones are for a file. */
const MAX_MESSAGE_BYTES = 1024 * 1024
/** Codes of RFC 6455. */
const REVOKED = 1008
const UNREADABLE = 1007
/** What the other end gets to take a farewell, and all that is queued before it. */
const CLOSE_GRACE_MS = 2_000

export interface ChannelRouteDeps {
  entry: Entry
  live: LiveSockets
  channels: Channels
  terminals: TerminalChannels
  commands: StreamedCommands
}

/** ComputeSDK's one socket for all that happens in a sandbox. */
export function channelRoute(deps: ChannelRouteDeps): UpgradeRoute<SandboxTarget> {
  const { entry, live } = deps
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES })
  return {
    method: 'GET',
    pattern: '/ws',
    async handle(upgrade, target) {
      const principal = await entry.authorize(upgrade, target, 'view')
      let socket: WebSocket | undefined
      const release = live.hold(principal, () => {
        if (socket) closeSoon(socket, REVOKED, 'This token is valid no longer.')
        else upgrade.socket.destroy()
      })
      upgrade.socket.once('close', release)
      server.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (opened) => {
        socket = opened
        attend(opened, target, principal.role === 'view', deps)
      })
    },
  }
}

function attend(socket: WebSocket, { id }: SandboxTarget, isViewer: boolean, deps: ChannelRouteDeps): void {
  const alive = new KeepAlive(socket)
  const member = deps.channels.join(id, channelSocket(socket, alive), isViewer)
  const typing = new TerminalTyping(
    member,
    (sandboxId) => deps.entry.sandboxes.connect(sandboxId),
    (terminalId) => deps.terminals.opened(member, terminalId),
  )
  socket.on('message', (data, isBinary) => {
    alive.heard()
    try {
      const message = clientMessage(data, isBinary)
      if (message) heed(message, member, typing, deps.commands)
    } catch (error) {
      refuse(socket, member, error)
    }
  })
  // A frame that breaks the WebSocket's own rules: `ws` closes with the code for it.
  socket.on('error', () => undefined)
  socket.on('close', () => {
    alive.stop()
    member.leave()
  })
  deps.terminals.joined(member)
}

function heed(
  message: ChannelClientMessage,
  member: ChannelMember,
  typing: TerminalTyping,
  commands: StreamedCommands,
): void {
  if (message.type === 'subscribe') member.subscribe(message.channel)
  else if (message.type === 'unsubscribe') member.unsubscribe(message.channel)
  // Who may only look on changes nothing.
  else if (member.isViewer) return
  else if (message.type === 'command:start') commands.start(member.sandboxId, message.data.cmd_id)
  else if (message.type === 'terminal:input') typing.input(message.data.terminal_id, message.data.input)
  else typing.resize(message.data.terminal_id, message.data.cols, message.data.rows)
}

function refuse(socket: WebSocket, member: ChannelMember, error: unknown): void {
  if (error instanceof UnreadableMessage) closeSoon(socket, UNREADABLE, error.message)
  else {
    const { code, message } = toSandboxError(error)
    member.send({ type: 'error', data: { error: message, code } })
  }
}

function channelSocket(socket: WebSocket, alive: KeepAlive): ChannelSocket {
  return {
    send: (text, done) =>
      socket.send(text, { binary: false }, (error) => {
        if (!error) alive.heard()
        done(!error)
      }),
    close: (code, reason) => closeSoon(socket, code, reason),
  }
}

/** Who does not read does not read a farewell either, and what is queued for them is let go. */
function closeSoon(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason)
  const timer = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref()
  socket.once('close', () => clearTimeout(timer))
}

import { type WebSocket, WebSocketServer } from 'ws'
import type { ServerEvent } from '@/lib/protocol/servers'
import type { RequestContext } from '../../request-context'
import type { AgentConnection } from '../../sandbox/agent-connection'
import type { ServersMessage } from '../../sandbox/agent-servers'
import type { Entry, SandboxTarget } from '../entry'
import { keepAlive } from '../keep-alive'
import type { LiveSockets } from '../live-sockets'
import type { UpgradeRoute } from '../site'
import { managedServer } from './managed-server'
import { ServerFeed } from './server-feed'

/** The browser only listens. */
const MAX_CLIENT_MESSAGE_BYTES = 1024
/** Codes of RFC 6455: gone, as the sandbox is; and refused by policy, as a revoked token is. */
const GONE = 1001
const REVOKED = 1008

interface ServerEventsDeps {
  entry: Entry
  live: LiveSockets
  previewUrl: (sandboxId: string, port: number, context: RequestContext) => string
}

/** WS /servers/events: closed when the sandbox stops; whoever comes back is told everything again. */
export function serverEventsRoute({
  entry,
  live,
  previewUrl,
}: ServerEventsDeps): UpgradeRoute<SandboxTarget> {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_CLIENT_MESSAGE_BYTES })
  return {
    method: 'GET',
    pattern: '/servers/events',
    async handle(upgrade, target) {
      const principal = await entry.authorize(upgrade, target, 'view')
      const agent = await entry.sandboxes.connect(target.id)
      let socket: WebSocket | undefined
      const release = live.hold(principal, () => {
        if (socket) socket.close(REVOKED)
        else upgrade.socket.destroy()
      })
      upgrade.socket.once('close', release)
      const urlOf = (port: number) => previewUrl(target.id, port, upgrade.context)
      server.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (opened) => {
        socket = opened
        void follow(agent, opened, urlOf)
      })
    },
  }
}

async function follow(
  agent: AgentConnection,
  socket: WebSocket,
  urlOf: (port: number) => string,
): Promise<void> {
  const feed = new ServerFeed(socket)
  const stopPinging = keepAlive(socket)
  socket.on('error', () => socket.terminate())
  socket.on('close', stopPinging)
  try {
    const subscription = await agent.servers.follow({
      onMessage: (message) => feed.say(serverEvent(message, urlOf)),
      onClose: ({ message }) => socket.close(GONE, reasonOf(message)),
    })
    if (socket.readyState !== socket.OPEN) subscription.close()
    else socket.on('close', () => subscription.close())
  } catch (error) {
    socket.close(GONE, reasonOf(error instanceof Error ? error.message : ''))
  }
}

function serverEvent(message: ServersMessage, urlOf: (port: number) => string): ServerEvent {
  return message.type === 'changed'
    ? { type: 'changed', server: managedServer(message.server, urlOf) }
    : message
}

/** A close frame has room for 123 bytes. */
function reasonOf(message: string): string {
  return Buffer.from(message)
    .subarray(0, 120)
    .toString('utf8')
    .replace(/\uFFFD$/, '')
}

import { type WebSocket, WebSocketServer } from 'ws'
import type { WorkbenchEvent } from '@/lib/protocol/workbench'
import type { Role } from '../../auth/access'
import type { RequestContext } from '../../request-context'
import type { SandboxEvent } from '../../sandbox/subscribers'
import type { Entry, SandboxTarget } from '../entry'
import { keepAlive } from '../keep-alive'
import type { LiveSockets } from '../live-sockets'
import { parsePath, queryPath } from '../paths'
import type { Upgrade, UpgradeRoute } from '../site'
import { AgentEvents } from './agent-events'
import { EventFeed } from './event-feed'
import { sandboxInfo } from './sandbox-info'
import { askedGlobs } from './tree-routes'
import { websocketKey } from './websocket-handshake'

/** The browser only listens. */
const MAX_CLIENT_MESSAGE_BYTES = 1024
/** Codes of RFC 6455: gone, as the sandbox is; and refused by policy, as a revoked token is. */
const GONE = 1001
const REVOKED = 1008

interface Follower {
  target: SandboxTarget
  role: Role
  path: string
  ignore: string[]
  appUrl: string
}

/** One socket for all that a workbench wants to know without asking: the sandbox, its files, ports and use. */
export function eventsRoute(
  entry: Entry,
  live: LiveSockets,
  appUrl: (context: RequestContext) => string,
): UpgradeRoute<SandboxTarget> {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_CLIENT_MESSAGE_BYTES })
  return {
    method: 'GET',
    pattern: '/events',
    async handle(upgrade, target) {
      const principal = await entry.authorize(upgrade, target, 'view')
      websocketKey(upgrade.request)
      const follower: Follower = {
        ...(await asked(entry, upgrade, target)),
        role: principal.role,
        appUrl: appUrl(upgrade.context),
      }
      let socket: WebSocket | undefined
      const release = live.hold(principal, () => {
        if (socket) socket.close(REVOKED)
        else upgrade.socket.destroy()
      })
      upgrade.socket.once('close', release)
      server.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (opened) => {
        socket = opened
        follow(entry, opened, follower)
      })
    },
  }
}

async function asked(entry: Entry, upgrade: Upgrade, target: SandboxTarget) {
  const path = await entry.resolve(target, queryPath(upgrade.request.url, 'path') ?? parsePath(''))
  return { target, path, ignore: askedGlobs(upgrade.context.query) }
}

function follow(entry: Entry, socket: WebSocket, follower: Follower): void {
  const { target, path, ignore } = follower
  const feed = new EventFeed(socket, path)
  const say = (event: WorkbenchEvent) => feed.say(event)
  const inside = new AgentEvents({ connect: () => entry.sandboxes.connect(target.id), path, ignore, say })
  const unsubscribe = entry.sandboxes.subscribe(target.id, (event) => {
    if (event.type === 'deleted') return socket.close(GONE, 'The sandbox was deleted.')
    if (event.type === 'status') followWhile(event.sandbox.status === 'running', inside)
    const told = workbenchEvent(event, follower)
    if (told) say(told)
  })
  const stopPinging = keepAlive(socket)
  socket.on('error', () => socket.terminate())
  socket.on('close', () => {
    unsubscribe()
    stopPinging()
    inside.stop()
  })
  tellFirst(entry, follower, say, inside).catch(() => socket.close(GONE))
}

async function tellFirst(
  entry: Entry,
  { target, role, appUrl }: Follower,
  say: (event: WorkbenchEvent) => void,
  inside: AgentEvents,
): Promise<void> {
  const sandbox = await entry.sandboxes.get(target.id)
  say({ type: 'sandbox', sandbox: sandboxInfo(sandbox, role, appUrl) })
  if (sandbox.status !== 'running') say({ type: 'ports', ports: [] })
  followWhile(sandbox.status === 'running', inside)
}

function followWhile(isRunning: boolean, inside: AgentEvents): void {
  if (isRunning) inside.start()
  else inside.stop()
}

function workbenchEvent(event: SandboxEvent, { role, appUrl }: Follower): WorkbenchEvent | null {
  if (event.type === 'status') return { type: 'sandbox', sandbox: sandboxInfo(event.sandbox, role, appUrl) }
  if (event.type === 'notice') return event
  if (event.type === 'deleted') return null
  const { cpuPercent, memoryBytes, diskBytes, processes } = event.usage
  return {
    type: 'usage',
    cpu_percent: cpuPercent,
    memory_bytes: memoryBytes,
    disk_bytes: diskBytes,
    processes,
  }
}

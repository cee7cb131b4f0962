import {
  type HealthStatus,
  type ManagedServer,
  ServerAnswer,
  ServerEvent,
  type ServerLogStream,
  ServerLogsAnswer,
  type ServerStartBody,
  type ServerStatus,
  ServersAnswer,
} from '@/lib/protocol/servers'
import { encodeId, socketUrl } from '../http'
import { ReconnectingSocket } from '../reconnecting-socket'
import type { Connection } from './connection'

const NANOSECONDS_PER_MS = 1_000_000

/** As of the server; times in milliseconds, and its health as a word. */
export type ServerInfo = Omit<ManagedServer, 'restart_delay' | 'stop_timeout' | 'health_status'> & {
  restart_delay_ms: number
  stop_timeout_ms: number
  /** Only with a health check: `pending` until the first probe has an end. */
  health_status?: 'pending' | 'healthy' | 'unhealthy'
  /** The probes themselves. */
  health?: HealthStatus
}

export type ServerChange = { type: 'changed'; server: ServerInfo } | { type: 'removed'; slug: string }

/** Programs that Sandlot starts, watches and starts again. */
export class Servers {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Answers while it is being installed or started. `already_exists` or `conflict` where one of this slug runs. */
  async start(options: ServerStartBody): Promise<ServerInfo> {
    return this.#server('/servers', { method: 'POST', json: options })
  }

  async list(): Promise<ServerInfo[]> {
    return (await this.#connection.http.json('/servers', ServersAnswer)).data.servers.map(info)
  }

  /** `not_found` where there is none; the same for all that follow. */
  async retrieve(slug: string): Promise<ServerInfo> {
    return this.#server(serverPath(slug))
  }

  /** Resolves when its processes are gone. Its configuration stays. */
  async stop(slug: string): Promise<void> {
    await this.#connection.http.send(`${serverPath(slug)}/stop`, { method: 'POST' })
  }

  async restart(slug: string): Promise<ServerInfo> {
    return this.#server(`${serverPath(slug)}/restart`, { method: 'POST' })
  }

  /** Stops and forgets it. */
  async delete(slug: string): Promise<void> {
    await this.#connection.http.send(serverPath(slug), { method: 'DELETE' })
  }

  /** The newest megabyte. */
  async logs(slug: string, stream: ServerLogStream = 'combined'): Promise<string> {
    const path = `${serverPath(slug)}/logs`
    return (await this.#connection.http.json(path, ServerLogsAnswer, { query: { stream } })).data.logs
  }

  /** For a program that knows better than Sandlot how it stands. */
  async updateStatus(slug: string, status: ServerStatus): Promise<void> {
    const call = { method: 'PATCH', json: { status } }
    await this.#connection.http.send(`${serverPath(slug)}/status`, call)
  }

  /** Tells every server there is, then each change, also over lost connections; the returned function ends that. */
  watch(onChange: (change: ServerChange) => void): () => void {
    const { http, openSocket } = this.#connection
    const handlers = {
      url: () => socketUrl(http.baseUrl, '/servers/events', {}, http.token),
      onMessage: (data: string | Uint8Array) => {
        const event = typeof data === 'string' ? parseEvent(data) : undefined
        if (!event) return
        socket.confirm()
        if (event.type === 'changed') onChange({ type: 'changed', server: info(event.server) })
        else if (event.type === 'removed') onChange(event)
      },
      onLost: () => undefined,
    }
    const socket = new ReconnectingSocket(handlers, openSocket)
    socket.connect()
    return () => socket.close()
  }

  async #server(path: string, call?: { method: string; json?: unknown }): Promise<ServerInfo> {
    return info((await this.#connection.http.json(path, ServerAnswer, call)).data.server)
  }
}

function serverPath(slug: string): string {
  return `/servers/${encodeId(slug)}`
}

function info({ restart_delay, stop_timeout, health_status: health, ...server }: ManagedServer): ServerInfo {
  return {
    ...server,
    restart_delay_ms: restart_delay / NANOSECONDS_PER_MS,
    stop_timeout_ms: stop_timeout / NANOSECONDS_PER_MS,
    ...(server.health_check || health ? { health_status: healthOf(server.healthy, health) } : {}),
    ...(health ? { health } : {}),
  }
}

function healthOf(isHealthy: boolean | undefined, health: HealthStatus | undefined) {
  if (isHealthy) return 'healthy'
  return health?.last_check === undefined ? 'pending' : 'unhealthy'
}

function parseEvent(text: string): ServerEvent | undefined {
  try {
    return ServerEvent.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

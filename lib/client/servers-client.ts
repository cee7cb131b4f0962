import {
  type ManagedServer,
  ServerAnswer,
  type ServerLogStream,
  ServerLogsAnswer,
  type ServerStartBody,
  ServerStopAnswer,
  ServersAnswer,
} from '@/lib/protocol/servers'
import { type Http, socketUrl } from './http'

export type ServerLogOptions = {
  stream?: ServerLogStream
  /** At most so many of the newest characters; all that is kept, a megabyte, unless told. */
  tail?: number
  signal?: AbortSignal
}

/** The managed servers of one sandbox (`lib/protocol/servers.ts`). An unknown slug is `process_not_found`. */
export class ServersClient {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  async list(): Promise<ManagedServer[]> {
    return (await this.#http.json('/servers', ServersAnswer)).data.servers
  }

  /** Takes the place of a stopped or failed one of the same slug; `already_exists` while one runs. */
  async start(body: ServerStartBody): Promise<ManagedServer> {
    const call = { method: 'POST', json: body }
    return (await this.#http.json('/servers', ServerAnswer, call)).data.server
  }

  /** Resolves once its processes are gone: that can take as long as its time to stop. */
  async stop(slug: string): Promise<void> {
    await this.#http.json(`${pathOf(slug)}/stop`, ServerStopAnswer, { method: 'POST' })
  }

  /** Starts one that is stopped, too. */
  async restart(slug: string): Promise<ManagedServer> {
    return (await this.#http.json(`${pathOf(slug)}/restart`, ServerAnswer, { method: 'POST' })).data.server
  }

  /** Stops it and forgets it, with its log. */
  async delete(slug: string): Promise<void> {
    await this.#http.request(pathOf(slug), { method: 'DELETE' })
  }

  async log(slug: string, { stream, tail, signal }: ServerLogOptions = {}): Promise<string> {
    const call = { query: { stream, tail }, ...(signal ? { signal } : {}) }
    return (await this.#http.json(`${pathOf(slug)}/logs`, ServerLogsAnswer, call)).data.logs
  }

  /** Address of the stream of their changes, for `ServerSocket`. */
  eventsUrl(): string {
    return socketUrl(this.#http.baseUrl, '/servers/events', {}, this.#http.token)
  }
}

function pathOf(slug: string): string {
  return `/servers/${encodeURIComponent(slug)}`
}

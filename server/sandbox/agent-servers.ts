import { SandboxError } from '@/lib/errors'
import {
  MAX_STOP_TIMEOUT_MS,
  ServerLog,
  ServerRecord,
  ServerRecords,
  type ServerStartBody,
  type ServerState,
  ServerStates,
  type ServerStatus,
  ServersMessage,
} from '../agent-contract/servers'
import type { AgentHttp } from './agent-http'
import { followMessages, type MessageHandlers, type Subscription } from './agent-messages'
import type { AgentAddress } from './agent-socket'

export type { ServerRecord, ServerStartBody, ServerState, ServerStatus, ServersMessage }

/** All definitions of a sandbox have 2 MB at most, and JSON makes six bytes of one at worst. */
const MAX_LIST_BYTES = 16 * 1024 * 1024
const MAX_LOG_ANSWER_BYTES = 8 * 1024 * 1024
/** A server that takes all of its time to stop, after others that wait for the same. */
const STOP_TIMEOUT_MS = 2 * MAX_STOP_TIMEOUT_MS
/** Overlays that come first have 20 s each before the agent answers. */
const START_TIMEOUT_MS = 360_000

/** The managed servers of one sandbox. An unknown slug is `process_not_found`. */
export class AgentServers {
  readonly #http: AgentHttp
  readonly #agent: AgentAddress

  constructor(http: AgentHttp, agent: AgentAddress) {
    this.#http = http
    this.#agent = agent
  }

  start(body: ServerStartBody): Promise<ServerRecord> {
    const call = { json: body, timeoutMs: START_TIMEOUT_MS }
    return known(this.#http.json(ServerRecord, 'POST', '/servers', call))
  }

  async list(): Promise<ServerRecord[]> {
    const call = { maxAnswerBytes: MAX_LIST_BYTES }
    return (await known(this.#http.json(ServerRecords, 'GET', '/servers', call))).servers
  }

  /** How they are, without what they are to be. None in a sandbox whose agent is older than servers. */
  async states(): Promise<ServerState[]> {
    try {
      return (await this.#http.json(ServerStates, 'GET', '/server-states')).servers
    } catch (error) {
      if (isOldAgent(error)) return []
      throw error
    }
  }

  get(slug: string): Promise<ServerRecord> {
    return known(this.#http.json(ServerRecord, 'GET', pathOf(slug)))
  }

  /** Resolves once its processes are gone. */
  stop(slug: string): Promise<ServerRecord> {
    const call = { timeoutMs: STOP_TIMEOUT_MS }
    return known(this.#http.json(ServerRecord, 'POST', `${pathOf(slug)}/stop`, call))
  }

  restart(slug: string): Promise<ServerRecord> {
    const call = { timeoutMs: STOP_TIMEOUT_MS }
    return known(this.#http.json(ServerRecord, 'POST', `${pathOf(slug)}/restart`, call))
  }

  /** What is shown until the next change; its processes are not touched. */
  setStatus(slug: string, status: ServerStatus): Promise<ServerRecord> {
    return known(this.#http.json(ServerRecord, 'POST', `${pathOf(slug)}/status`, { json: { status } }))
  }

  /** Stops it and forgets it. */
  delete(slug: string): Promise<void> {
    return known(this.#http.empty('DELETE', pathOf(slug), { timeoutMs: STOP_TIMEOUT_MS }))
  }

  /** The newest of what it said. */
  async log(slug: string, stream: 'stdout' | 'stderr' | 'both'): Promise<string> {
    const call = { query: { stream }, maxAnswerBytes: MAX_LOG_ANSWER_BYTES }
    return (await known(this.#http.json(ServerLog, 'GET', `${pathOf(slug)}/logs`, call))).text
  }

  /** `changed` for each there is, `ready`, then each change. */
  follow(handlers: MessageHandlers<ServersMessage>): Promise<Subscription> {
    return known(followMessages(this.#agent, '/servers/events', ServersMessage, handlers))
  }
}

function pathOf(slug: string): string {
  return `/servers/${encodeURIComponent(slug)}`
}

async function known<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (!isOldAgent(error)) throw error
    const message = 'This sandbox was started before Sandlot had managed servers. Stop and start the sandbox.'
    throw new SandboxError('unsupported', message)
  }
}

function isOldAgent(error: unknown): boolean {
  return error instanceof SandboxError && error.code === 'not_found'
}

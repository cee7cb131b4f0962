import { Readable } from 'node:stream'
import { TerminalServerMessage } from '../agent-contract'
import { type FrameHandlers, type FrameStream, followFrames } from './agent-frames'
import type { AgentHttp } from './agent-http'
import { newerAgentNeeded } from './agent-missing'
import type { AgentAddress } from './agent-socket'

export type TerminalHandlers = FrameHandlers<TerminalServerMessage>
/** The agent's close code for a terminal that was deleted. */
export const TERMINAL_DELETED = 4410

/** Terminals for those who speak in messages, beside the viewers that have a stream of their own. */
export class AgentTerminals {
  readonly #http: AgentHttp
  readonly #agent: AgentAddress

  constructor(http: AgentHttp, agent: AgentAddress) {
    this.#http = http
    this.#agent = agent
  }

  /** `terminal_not_found`; `conflict` when its program has ended; `too_many` when it reads nothing. */
  input(id: string, bytes: Buffer): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': bytes.length }
    const call = { body: Readable.from([bytes]), headers }
    return this.#http.empty('POST', `${path(id)}/input`, call).catch(newerAgentNeeded)
  }

  resize(id: string, cols: number, rows: number): Promise<void> {
    return this.#http.empty('POST', `${path(id)}/resize`, { json: { cols, rows } }).catch(newerAgentNeeded)
  }

  /**
   * Reads a terminal's output. A `follower` goes on where the last one stopped acknowledging, a mere viewer begins near
   * the end. No more than a window of what is not acknowledged is sent.
   */
  follow(id: string, from: 'follower' | 'tail', handlers: TerminalHandlers): Promise<FrameStream> {
    const query = `?from=${from}&role=reader&locked=true`
    return followFrames(this.#agent, `${path(id)}/stream${query}`, TerminalServerMessage, handlers)
  }
}

function path(id: string): string {
  return `/terminals/${encodeURIComponent(id)}`
}

import {
  ProcessRecord,
  ProcessRecords,
  ProcessStreamMessage,
  type Signal,
  type StartBody,
} from '../agent-contract'
import { ExecTerminal, ExecTerminals } from '../agent-contract/exec-terminals'
import { type FrameHandlers, type FrameStream, followFrames } from './agent-frames'
import type { AgentHttp } from './agent-http'
import { isMissingCall, newerAgentNeeded } from './agent-missing'
import type { AgentAddress } from './agent-socket'

export type { ExecTerminal }
export type ProcessHandlers = FrameHandlers<ProcessStreamMessage>

/** A foreground command that takes longer belongs in the background. */
const MAX_RUN_MS = 24 * 3600_000

/** Processes that run on by themselves, and the terminals without a PTY that they belong to. */
export class AgentProcesses {
  readonly #http: AgentHttp
  readonly #agent: AgentAddress

  constructor(http: AgentHttp, agent: AgentAddress) {
    this.#http = http
    this.#agent = agent
  }

  async list(): Promise<ProcessRecord[]> {
    return (await this.#http.json(ProcessRecords, 'GET', '/processes', LARGE)).processes
  }

  /** To its whole group. */
  signal(id: string, signal: Signal): Promise<void> {
    return this.#http.empty('POST', `${processPath(id)}/signal`, { json: { signal } })
  }

  /** Ends it and forgets it. */
  delete(id: string): Promise<void> {
    return this.#http.empty('DELETE', processPath(id))
  }

  /** In the background, with a terminal of its own that has the process's id. */
  async start(body: StartBody): Promise<ProcessRecord> {
    try {
      return await this.#http.json(ProcessRecord, 'POST', '/exec-terminals/commands', { json: body })
    } catch (error) {
      // An older agent: its processes have no terminals.
      if (!isMissingCall(error)) throw error
      return await this.#http.json(ProcessRecord, 'POST', '/processes', { json: body })
    }
  }

  /** Follows both outputs from where the last follower stopped acknowledging; a paced process keeps our pace. */
  follow(id: string, handlers: ProcessHandlers): Promise<FrameStream> {
    const path = `${processPath(id)}/stream?follow=true`
    return followFrames(this.#agent, path, ProcessStreamMessage, handlers)
  }

  /** Both outputs from the first byte that is kept, without holding anything up. */
  watch(id: string, handlers: ProcessHandlers): Promise<FrameStream> {
    return followFrames(this.#agent, `${processPath(id)}/stream`, ProcessStreamMessage, handlers)
  }

  createTerminal(shell?: string): Promise<ExecTerminal> {
    const json = shell === undefined ? {} : { shell }
    return this.#http.json(ExecTerminal, 'POST', '/exec-terminals', { json }).catch(newerAgentNeeded)
  }

  async terminals(): Promise<ExecTerminal[]> {
    try {
      return (await this.#http.json(ExecTerminals, 'GET', '/exec-terminals')).terminals
    } catch (error) {
      if (isMissingCall(error)) return []
      throw error
    }
  }

  terminal(id: string): Promise<ExecTerminal> {
    return this.#http.json(ExecTerminal, 'GET', terminalPath(id))
  }

  /** Ends its commands too. */
  deleteTerminal(id: string): Promise<void> {
    return this.#http.empty('DELETE', terminalPath(id))
  }

  startIn(terminalId: string, body: StartBody): Promise<ProcessRecord> {
    return this.#http.json(ProcessRecord, 'POST', `${terminalPath(terminalId)}/commands`, { json: body })
  }

  /** To its end; `signal` ends its process group. */
  runIn(terminalId: string, body: StartBody, signal: AbortSignal): Promise<ProcessRecord> {
    const path = `${terminalPath(terminalId)}/commands/run`
    return this.#http.json(ProcessRecord, 'POST', path, { json: body, timeoutMs: MAX_RUN_MS, signal })
  }

  /** Oldest first. */
  async commandsOf(terminalId: string): Promise<ProcessRecord[]> {
    const path = `${terminalPath(terminalId)}/commands`
    return (await this.#http.json(ProcessRecords, 'GET', path, LARGE)).processes
  }
}

/** Records of as many processes as there may be, each with a command as long as it may be. */
const LARGE = { maxAnswerBytes: 112 * 1024 * 1024 }

function processPath(id: string): string {
  return `/processes/${encodeURIComponent(id)}`
}

function terminalPath(id: string): string {
  return `/exec-terminals/${encodeURIComponent(id)}`
}

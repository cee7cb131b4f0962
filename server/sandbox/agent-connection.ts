import type { IncomingMessage } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import { SandboxError } from '@/lib/errors'
import {
  AGENT_CONTRACT_VERSION,
  type BatchBody,
  BatchResults,
  type Configuration,
  FileEntry,
  Health,
  Listing,
  NameMatches,
  Names,
  type Port,
  Ports,
  PortsMessage,
  ProcessRecord,
  type RunBody,
  RunResult,
  type Signal,
  type StartBody,
  type SystemProcess,
  SystemProcesses,
  type TerminalBody,
  TerminalInfo,
  Terminals,
  TextMatches,
  type WatchEvent,
  WatchMessage,
} from '../agent-contract'
import type { Dial } from './agent-dialer'
import { AgentHttp } from './agent-http'
import { type Conversation, followMessages, type MessageHandlers, type Subscription } from './agent-messages'
import { AgentOverlays } from './agent-overlays'
import { AgentProcesses } from './agent-processes'
import { queryString } from './agent-query'
import { AgentServers } from './agent-servers'
import { type AgentAddress, openRawSocket, type UpgradedStream } from './agent-socket'
import { AgentTerminals } from './agent-terminals'
import { type FileContent, fileContent } from './file-content'
import { openPortStream } from './port-stream'

export type {
  FileEntry,
  Port,
  PortsMessage,
  ProcessRecord,
  RunResult,
  Signal,
  SystemProcess,
  TerminalInfo,
  WatchEvent,
}

/** 200,000 entries of some 200 bytes, and room for long names; outputs that JSON escapes byte by byte. */
const MAX_LARGE_ANSWER_BYTES = 112 * 1024 * 1024
const LARGE_ANSWER_TIMEOUT_MS = 60_000
/** A foreground command that takes longer belongs in the background. */
const MAX_RUN_MS = 24 * 3600_000
/** Of each output of a foreground command. JSON makes six bytes of one at worst: twice this still fits an answer. */
const MAX_RUN_OUTPUT_BYTES = 8 * 1024 * 1024
/** A file of some gigabytes onto a slow disk. */
const WRITE_TIMEOUT_MS = 3600_000
/** Beyond the time that was asked for: until the answer is here. */
const GRACE_MS = 10_000

export interface WriteConditions {
  ifMatch?: string | undefined
  ifNoneMatch?: string | undefined
  /** Where it is known: a body cut short is then noticed. */
  sizeBytes?: number | undefined
}
export interface FileReadOptions {
  range?: string | undefined
  ifNoneMatch?: string | undefined
}
export interface WatchOptions {
  ignore?: readonly string[]
  /** Globs that are held against whole paths. */
  ignorePath?: readonly string[]
  /** Where events were lost: what differs, instead of `resync`. */
  retell?: boolean
}
export interface SearchOptions {
  ignore?: readonly string[] | undefined
  limit?: number | undefined
}

/**
 * Every act inside one sandbox. The agent is untrusted: what it says is checked, bounded in time and size, and every
 * failure is a SandboxError. Paths are absolute.
 */
export class AgentConnection {
  readonly servers: AgentServers
  readonly overlays: AgentOverlays
  readonly #http: AgentHttp
  readonly #agent: AgentAddress
  readonly processes: AgentProcesses
  readonly terminalChannels: AgentTerminals
  /** All that was dialled, to be ended with the connection. */
  readonly #streams = new Set<Duplex>()
  #closedBecause: SandboxError | null = null

  constructor(dial: Dial, secret: string) {
    this.#agent = { dial: () => this.#dial(dial), secret }
    this.#http = new AgentHttp(this.#agent.dial, secret)
    this.processes = new AgentProcesses(this.#http, this.#agent)
    this.terminalChannels = new AgentTerminals(this.#http, this.#agent)
    this.servers = new AgentServers(this.#http, this.#agent)
    this.overlays = new AgentOverlays(this.#http)
  }

  /** Refuses an agent whose contract is neither ours nor the one before. */
  async checkVersion(): Promise<void> {
    const { contractVersion } = await this.#http.json(Health, 'GET', '/health')
    if (contractVersion === AGENT_CONTRACT_VERSION || contractVersion === AGENT_CONTRACT_VERSION - 1) return
    const message = `This sandbox's agent speaks version ${contractVersion}, which this Sandlot does not. Stop and start the sandbox.`
    throw new SandboxError('agent_failed', message)
  }

  configure(configuration: Configuration): Promise<void> {
    return this.#http.empty('POST', '/configure', { json: configuration })
  }

  stat(path: string): Promise<FileEntry> {
    return this.#http.json(FileEntry, 'GET', '/files/stat', { query: { path } })
  }

  list(path: string, limit?: number): Promise<Listing> {
    return this.#http.json(Listing, 'GET', '/files/list', { query: { path, limit }, ...LARGE })
  }

  /** Direct children as a tree shows them. */
  async names(path: string): Promise<Names> {
    try {
      return await this.#http.json(Names, 'GET', '/files/names', { query: { path }, ...LARGE })
    } catch (error) {
      // An agent from before there was this call.
      if (error instanceof SandboxError && error.code === 'not_found') return namesOf(await this.list(path))
      throw error
    }
  }

  tree(path: string, options: SearchOptions = {}): Promise<Listing> {
    return this.#http.json(Listing, 'GET', '/files/tree', { query: { path, ...options }, ...LARGE })
  }

  async readFile(path: string, options: FileReadOptions = {}): Promise<FileContent> {
    const { range, ifNoneMatch } = options
    const headers = { ...(range ? { range } : {}), ...(ifNoneMatch ? { 'if-none-match': ifNoneMatch } : {}) }
    const call = { query: { path }, headers, accept: [304] }
    return fileContent(await this.#http.stream('GET', '/files/content', call))
  }

  writeFile(path: string, body: Readable, conditions: WriteConditions = {}): Promise<FileEntry> {
    const { ifMatch, ifNoneMatch, sizeBytes } = conditions
    const headers = {
      'content-type': 'application/octet-stream',
      ...(ifMatch ? { 'if-match': ifMatch } : {}),
      ...(ifNoneMatch ? { 'if-none-match': ifNoneMatch } : {}),
      ...(sizeBytes === undefined ? {} : { 'content-length': sizeBytes }),
    }
    const call = { query: { path }, headers, body, timeoutMs: WRITE_TIMEOUT_MS }
    return this.#http.json(FileEntry, 'PUT', '/files/content', call)
  }

  delete(path: string): Promise<void> {
    return this.#http.empty('DELETE', '/files', { query: { path }, timeoutMs: LARGE_ANSWER_TIMEOUT_MS })
  }

  makeDirectory(path: string): Promise<FileEntry> {
    return this.#http.json(FileEntry, 'POST', '/files/directory', { json: { path } })
  }

  move(from: string, to: string, overwrite = false): Promise<FileEntry> {
    return this.#http.json(FileEntry, 'POST', '/files/move', { json: { from, to, overwrite }, ...LARGE })
  }

  copy(from: string, to: string, overwrite = false): Promise<FileEntry> {
    return this.#http.json(FileEntry, 'POST', '/files/copy', { json: { from, to, overwrite }, ...LARGE })
  }

  async batch(files: BatchBody['files']): Promise<BatchResults['results']> {
    return (await this.#http.json(BatchResults, 'POST', '/files/batch', { json: { files }, ...LARGE }))
      .results
  }

  searchNames(path: string, query: string, options: SearchOptions = {}): Promise<NameMatches> {
    const call = { query: { path, query, ...options }, ...LARGE }
    return this.#http.json(NameMatches, 'GET', '/files/search/names', call)
  }

  searchText(
    path: string,
    query: string,
    options: SearchOptions & { regex?: boolean; case?: boolean } = {},
  ): Promise<TextMatches> {
    const call = { query: { path, query, ...options }, ...LARGE }
    return this.#http.json(TextMatches, 'GET', '/files/search/text', call)
  }

  /** Runs a command to its end; `signal` ends its process group. */
  run(body: RunBody, signal?: AbortSignal): Promise<RunResult> {
    const timeoutMs = Math.min(body.timeoutMs ?? MAX_RUN_MS, MAX_RUN_MS)
    return this.#http.json(RunResult, 'POST', '/processes/run', {
      json: { maxOutputBytes: MAX_RUN_OUTPUT_BYTES, ...body, timeoutMs },
      ...LARGE,
      timeoutMs: timeoutMs + GRACE_MS,
      ...(signal ? { signal } : {}),
    })
  }

  startProcess(body: StartBody): Promise<ProcessRecord> {
    return this.#http.json(ProcessRecord, 'POST', '/processes', { json: body })
  }

  process(id: string): Promise<ProcessRecord> {
    return this.#http.json(ProcessRecord, 'GET', `/processes/${encodeURIComponent(id)}`)
  }

  /** What is kept of one output of a process. */
  async processOutput(id: string, stream: 'stdout' | 'stderr'): Promise<IncomingMessage> {
    const path = `/processes/${encodeURIComponent(id)}/output`
    return this.#http.stream('GET', path, { query: { stream } })
  }

  /** The ended process; `timed_out` where it still runs then. */
  waitForProcess(id: string, timeoutMs: number, signal?: AbortSignal): Promise<ProcessRecord> {
    return this.#http.json(ProcessRecord, 'GET', `/processes/${encodeURIComponent(id)}/wait`, {
      query: { timeoutMs },
      timeoutMs: timeoutMs + GRACE_MS,
      ...(signal ? { signal } : {}),
    })
  }

  async systemProcesses(): Promise<SystemProcess[]> {
    return (await this.#http.json(SystemProcesses, 'GET', '/system/processes', LARGE)).processes
  }

  signalSystemProcess(pid: number, signal: Signal): Promise<void> {
    return this.#http.empty('POST', `/system/processes/${pid}/signal`, { json: { signal } })
  }

  createTerminal(body: TerminalBody): Promise<TerminalInfo> {
    return this.#http.json(TerminalInfo, 'POST', '/terminals', { json: body })
  }

  async terminals(): Promise<TerminalInfo[]> {
    return (await this.#http.json(Terminals, 'GET', '/terminals')).terminals
  }

  terminal(id: string): Promise<TerminalInfo> {
    return this.#http.json(TerminalInfo, 'GET', `/terminals/${encodeURIComponent(id)}`)
  }

  deleteTerminal(id: string): Promise<void> {
    return this.#http.empty('DELETE', `/terminals/${encodeURIComponent(id)}`)
  }

  /**
   * A terminal's stream after its handshake, unparsed. `key`: the `Sec-WebSocket-Key` of whoever will speak on it. A
   * `viewer` reads and can never become the writer.
   */
  openTerminal(
    id: string,
    options: { offset: number | null; role: 'writer' | 'reader' | 'viewer'; key: string },
  ): Promise<UpgradedStream> {
    const isViewer = options.role === 'viewer'
    const query = queryString({
      offset: options.offset ?? undefined,
      role: isViewer ? 'reader' : options.role,
      locked: isViewer || undefined,
    })
    return openRawSocket(this.#agent, `/terminals/${encodeURIComponent(id)}/stream${query}`, options.key)
  }

  watch(path: string, options: WatchOptions, handlers: MessageHandlers<WatchMessage>): Promise<Conversation> {
    const query = queryString({ path, ...options })
    return followMessages(this.#agent, `/watch${query}`, WatchMessage, handlers)
  }

  async ports(): Promise<Port[]> {
    return (await this.#http.json(Ports, 'GET', '/ports')).ports
  }

  followPorts(handlers: MessageHandlers<PortsMessage>): Promise<Subscription> {
    return followMessages(this.#agent, '/ports/events', PortsMessage, handlers)
  }

  /** A connection to a port inside; `port_closed` where nothing listens. */
  openPort(port: number): Promise<Duplex> {
    return openPortStream(this.#agent, port)
  }

  /** Ends everything; what is in hand and what comes later fails with `reason`. */
  close(reason: SandboxError): void {
    this.#closedBecause ??= reason
    this.#http.close(reason)
    for (const stream of this.#streams) stream.destroy()
  }

  async #dial(dial: Dial): Promise<Duplex> {
    if (this.#closedBecause) throw this.#closedBecause
    const stream = await dial()
    this.#streams.add(stream)
    stream.once('close', () => this.#streams.delete(stream))
    if (this.#closedBecause) stream.destroy(this.#closedBecause)
    return stream
  }
}

function namesOf({ path, entries, isTruncated }: Listing): Names {
  const isDirectory = ({ type, targetType }: FileEntry) => type === 'directory' || targetType === 'directory'
  const name = (entry: FileEntry) => entry.name
  return {
    path,
    directories: entries.filter(isDirectory).map(name),
    files: entries.filter((entry) => !isDirectory(entry)).map(name),
    links: entries.filter(({ type }) => type === 'symlink').map(name),
    isTruncated,
  }
}

const LARGE = { maxAnswerBytes: MAX_LARGE_ANSWER_BYTES, timeoutMs: LARGE_ANSWER_TIMEOUT_MS }

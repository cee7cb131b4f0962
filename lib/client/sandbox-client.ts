import { z } from 'zod'
import { type CreateOverlayBody, OverlayInfo, OverlayList } from '@/lib/protocol/overlays'
import { SandboxSnapshot, SandboxSnapshots } from '@/lib/protocol/snapshots'
import {
  DirectoryNames,
  FileInfo,
  NameMatches,
  OpenedPort,
  type PortInfo,
  PortList,
  type ProcessInfo,
  ProcessList,
  SandboxInfo,
  type SignalName,
  Terminal,
  type TerminalCreateBody,
  TextMatches,
  TreeListing,
} from '@/lib/protocol/workbench'
import {
  createHttp,
  encodeId,
  encodePath,
  type Http,
  type HttpOptions,
  type RequestBody,
  socketUrl,
} from './http'
import { ServersClient } from './servers-client'
import { upload } from './upload'

const DirectoryAnswer = z.object({ data: z.object({ files: z.array(FileInfo), path: z.string() }) })
const FileAnswer = z.object({ data: z.object({ file: FileInfo }) })
const TerminalAnswer = z.object({ data: Terminal })
const TerminalsAnswer = z.object({ data: z.object({ terminals: z.array(Terminal) }) })

/** What a write may rely on: the content it replaces, or that there is none. Without either it overwrites. */
export type WriteCondition = { ifMatch?: string; ifNoneMatch?: '*' }
export type SearchOptions = {
  path?: string
  ignore?: readonly string[]
  limit?: number
  signal?: AbortSignal
}

/**
 * One sandbox's own API (`lib/protocol/workbench.ts`), for browsers and programs. `baseUrl` is the sandbox's address; with no
 * token the browser's cookie is used. Every refusal is a SandboxError with a stable code. Paths are absolute.
 */
export class SandboxClient {
  readonly servers: ServersClient
  readonly #http: Http

  constructor(options: HttpOptions) {
    this.#http = createHttp(options)
    this.servers = new ServersClient(this.#http)
  }

  get baseUrl(): string {
    return this.#http.baseUrl
  }

  info(signal?: AbortSignal): Promise<SandboxInfo> {
    return this.#http.json('/sandbox', SandboxInfo, withSignal(signal))
  }

  start(): Promise<SandboxInfo> {
    return this.#http.json('/sandbox/start', SandboxInfo, { method: 'POST' })
  }

  stop(): Promise<SandboxInfo> {
    return this.#http.json('/sandbox/stop', SandboxInfo, { method: 'POST' })
  }

  /** Ends the sandbox: its processes and its files. */
  async delete(): Promise<void> {
    await this.#http.send('/sandbox', { method: 'DELETE' })
  }

  /** Those that were made of this sandbox, newest first; role own, as for the next three. */
  async snapshots(signal?: AbortSignal): Promise<SandboxSnapshot[]> {
    return (await this.#http.json('/sandbox/snapshots', SandboxSnapshots, withSignal(signal))).snapshots
  }

  /** Its files as they are now; what runs is paused meanwhile. */
  createSnapshot(name?: string): Promise<SandboxSnapshot> {
    return this.#http.json('/sandbox/snapshots', SandboxSnapshot, { method: 'POST', json: { name } })
  }

  async deleteSnapshot(id: string): Promise<void> {
    await this.#http.send(`/sandbox/snapshots/${encodeId(id)}`, { method: 'DELETE' })
  }

  /** All files become those of the snapshot; what ran has ended. */
  restore(snapshotId: string): Promise<SandboxInfo> {
    return this.#http.json('/sandbox/restore', SandboxInfo, { method: 'POST', json: { snapshotId } })
  }

  /** Direct children of a directory. */
  async list(path: string, signal?: AbortSignal): Promise<FileInfo[]> {
    const answer = await this.#http.json('/files', DirectoryAnswer, {
      query: { path },
      ...withSignal(signal),
    })
    return answer.data.files
  }

  /** Direct children by name alone, of the directory that the sandbox works in unless told: what a tree shows, at a tenth of a listing's time. */
  names(path?: string, signal?: AbortSignal): Promise<DirectoryNames> {
    return this.#http.json('/names', DirectoryNames, { query: { path }, ...withSignal(signal) })
  }

  async stat(path: string): Promise<FileInfo> {
    return (await this.#http.json(`/files/${encodePath(path)}`, FileAnswer)).data.file
  }

  /** Everything below a directory, parents before children. */
  tree(path: string, options: SearchOptions = {}): Promise<TreeListing> {
    const { ignore, limit, signal } = options
    return this.#http.json('/tree', TreeListing, { query: { path, ignore, limit }, ...withSignal(signal) })
  }

  /** A file's bytes, with its etag and size in the headers. 206 for a range, 304 where `ifNoneMatch` still holds. */
  async read(
    path: string,
    options: { range?: string; ifNoneMatch?: string; signal?: AbortSignal } = {},
  ): Promise<Response> {
    const headers = {
      ...(options.range ? { range: options.range } : {}),
      ...(options.ifNoneMatch ? { 'if-none-match': options.ifNoneMatch } : {}),
    }
    return this.#http.request(rawPath(path), { headers, accept: [304], ...withSignal(options.signal) })
  }

  /** Address of a file's bytes, sent as an attachment. */
  rawUrl(path: string): string {
    return this.#http.baseUrl + rawPath(path)
  }

  /** Replaces or makes a file at once or not at all; its parents are made. `precondition_failed` when the etag is stale. */
  async write(path: string, content: RequestBody, condition: WriteCondition = {}): Promise<FileInfo> {
    const headers = { 'content-type': 'application/octet-stream', ...conditionHeaders(condition) }
    return this.#http.json(rawPath(path), FileInfo, { method: 'PUT', body: content, headers })
  }

  /** Like `write`, streamed from disk by the browser, telling its progress. */
  async upload(
    path: string,
    file: Blob,
    options: WriteCondition & { onProgress?: (sentBytes: number) => void; signal?: AbortSignal } = {},
  ): Promise<FileInfo> {
    const { onProgress, signal, ...condition } = options
    const headers = {
      ...conditionHeaders(condition),
      ...(this.#http.token ? { authorization: `Bearer ${this.#http.token}` } : {}),
    }
    return upload(this.rawUrl(path), file, {
      headers,
      ...(onProgress ? { onProgress } : {}),
      ...withSignal(signal),
    })
  }

  makeDirectory(path: string): Promise<FileInfo> {
    return this.#http.json('/directories', FileInfo, { method: 'POST', json: { path } })
  }

  move(from: string, to: string, options: { overwrite?: boolean } = {}): Promise<FileInfo> {
    return this.#http.json('/move', FileInfo, { method: 'POST', json: { from, to, ...options } })
  }

  copy(from: string, to: string, options: { overwrite?: boolean } = {}): Promise<FileInfo> {
    return this.#http.json('/copy', FileInfo, { method: 'POST', json: { from, to, ...options } })
  }

  /** A file, or a directory with all below it. */
  async remove(path: string): Promise<void> {
    await this.#http.send(`/files/${encodePath(path)}`, { method: 'DELETE' })
  }

  searchNames(query: string, options: SearchOptions = {}): Promise<NameMatches> {
    const { signal, ...rest } = options
    return this.#http.json('/search/names', NameMatches, { query: { query, ...rest }, ...withSignal(signal) })
  }

  searchText(
    query: string,
    options: SearchOptions & { regex?: boolean; case?: boolean } = {},
  ): Promise<TextMatches> {
    const { signal, ...rest } = options
    return this.#http.json('/search/text', TextMatches, { query: { query, ...rest }, ...withSignal(signal) })
  }

  async overlays(signal?: AbortSignal): Promise<OverlayInfo[]> {
    return (await this.#http.json('/filesystem/overlays', OverlayList, withSignal(signal))).overlays
  }

  /** Puts the files of a folder into another; package folders may still be copied when it answers. */
  createOverlay(body: CreateOverlayBody): Promise<OverlayInfo> {
    return this.#http.json('/filesystem/overlays', OverlayInfo, { method: 'POST', json: body })
  }

  /** Ends a running copy and forgets it; every file stays. */
  async deleteOverlay(id: string): Promise<void> {
    await this.#http.request(`/filesystem/overlays/${encodeId(id)}`, { method: 'DELETE' })
  }

  async processes(signal?: AbortSignal): Promise<ProcessInfo[]> {
    return (await this.#http.json('/processes', ProcessList, withSignal(signal))).processes
  }

  async signal(pid: number, signal: SignalName): Promise<void> {
    await this.#http.send(`/processes/${pid}/signal`, { method: 'POST', json: { signal } })
  }

  async ports(signal?: AbortSignal): Promise<PortInfo[]> {
    return (await this.#http.json('/ports', PortList, withSignal(signal))).ports
  }

  /** An address of the port for an iframe or a tab, good for one entry within a minute. */
  openPort(port: number): Promise<OpenedPort> {
    return this.#http.json(`/ports/${port}/open`, OpenedPort, { method: 'POST' })
  }

  /** Those with a PTY. */
  async terminals(signal?: AbortSignal): Promise<Terminal[]> {
    const { data } = await this.#http.json('/terminals', TerminalsAnswer, withSignal(signal))
    return data.terminals.filter(({ pty }) => pty)
  }

  async createTerminal(body: TerminalCreateBody = {}): Promise<Terminal> {
    const call = { method: 'POST', json: { pty: true, ...body } }
    return (await this.#http.json('/terminals', TerminalAnswer, call)).data
  }

  async deleteTerminal(id: string): Promise<void> {
    await this.#http.send(`/terminals/${encodeId(id)}`, { method: 'DELETE' })
  }

  /** Address of a terminal's stream from a byte offset on. */
  terminalStreamUrl(id: string, offset: number): string {
    return this.#socketUrl(`/terminals/${encodeId(id)}/stream`, { offset })
  }

  /** Address of the sandbox's events: its state, ports, usage, and changed files below `path`. */
  eventsUrl(options: { path?: string; ignore?: readonly string[] } = {}): string {
    return this.#socketUrl('/events', options)
  }

  #socketUrl(path: string, query: Record<string, string | number | readonly string[]>): string {
    return socketUrl(this.#http.baseUrl, path, query, this.#http.token)
  }
}

function rawPath(path: string): string {
  return `/raw/${encodePath(path)}`
}

function conditionHeaders(condition: WriteCondition): Record<string, string> {
  return {
    ...(condition.ifMatch ? { 'if-match': condition.ifMatch } : {}),
    ...(condition.ifNoneMatch ? { 'if-none-match': condition.ifNoneMatch } : {}),
  }
}

/** exactOptionalPropertyTypes: an absent signal must be absent, not undefined. */
function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}

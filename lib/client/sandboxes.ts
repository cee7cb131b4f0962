import { z } from 'zod'
import { isErrorCode, SandboxError } from '@/lib/errors'
import {
  ApiKeySummary,
  CreatedApiKey,
  CreatedSandbox,
  type CreateSandboxBody,
  type FindOrCreateSandboxBody,
  FoundSandbox,
  OpenedSandbox,
  type OpenSandboxBody,
  SandboxSummary,
  TemplateSummary,
} from '@/lib/protocol/sandboxes'
import { type CreateSnapshotBody, SnapshotSummary } from '@/lib/protocol/snapshots'
import { createHttp, encodeId, type Http, type HttpOptions, type RequestOptions } from './http'

/** Making a sandbox may wait for a slow provider; everything else is quick. */
const CREATE_TIMEOUT_MS = 120_000

/** What failed after its status went out. */
const LateFailure = z.object({ success: z.literal(false), error: z.string(), code: z.string().optional() })

/** The root API, `/v1/sandboxes` and its neighbours (`lib/protocol/sandboxes.ts`), for programs and server routes. */
export class SandboxesClient {
  readonly #http: Http

  /** `token`: an API key, or a server route's assertion. */
  constructor(options: HttpOptions) {
    this.#http = createHttp(options)
  }

  create(body: CreateSandboxBody = {}): Promise<CreatedSandbox> {
    const call = { method: 'POST', json: body, timeoutMs: CREATE_TIMEOUT_MS }
    return this.#data('/v1/sandboxes', CreatedSandbox, call)
  }

  list(): Promise<SandboxSummary[]> {
    return this.#data('/v1/sandboxes', z.array(SandboxSummary))
  }

  async get(id: string): Promise<SandboxSummary> {
    return this.#data(sandboxPath(id), SandboxSummary)
  }

  async delete(id: string): Promise<void> {
    await this.#http.send(sandboxPath(id), { method: 'DELETE' })
  }

  /** By its name, in the namespace `default` unless told; `sandbox_not_found` where there is none. */
  find(name: { name: string; namespace?: string }): Promise<FoundSandbox> {
    return this.#data('/v1/sandboxes/find', FoundSandbox, { method: 'POST', json: name })
  }

  /** Of several at once, one makes it. `token` where this call did. `creating`: ask again in a moment. */
  findOrCreate(body: FindOrCreateSandboxBody): Promise<FoundSandbox> {
    const call = { method: 'POST', json: body, timeoutMs: CREATE_TIMEOUT_MS }
    return this.#data('/v1/sandboxes/find-or-create', FoundSandbox, call)
  }

  /** It lives for `durationMs` from now, or longer where it does so already; a quarter of an hour unless told. */
  async extend(id: string, durationMs?: number): Promise<SandboxSummary> {
    const call = { method: 'POST', json: { duration: durationMs } }
    return this.#data(`${sandboxPath(id)}/extend`, SandboxSummary, call)
  }

  createSnapshot(body: CreateSnapshotBody): Promise<SnapshotSummary> {
    const call = { method: 'POST', json: body, timeoutMs: CREATE_TIMEOUT_MS }
    return this.#data('/v1/snapshots', SnapshotSummary, call)
  }

  listSnapshots(): Promise<SnapshotSummary[]> {
    return this.#data('/v1/snapshots', z.array(SnapshotSummary))
  }

  async deleteSnapshot(id: string): Promise<void> {
    await this.#http.send(`/v1/snapshots/${encodeId(id)}`, { method: 'DELETE' })
  }

  async start(id: string): Promise<SandboxSummary> {
    return this.#data(`${sandboxPath(id)}/start`, SandboxSummary, { method: 'POST' })
  }

  async stop(id: string): Promise<SandboxSummary> {
    return this.#data(`${sandboxPath(id)}/stop`, SandboxSummary, { method: 'POST' })
  }

  /** A one-use link into the workbench, to be POSTed by the browser. */
  async open(id: string, body: OpenSandboxBody = {}): Promise<OpenedSandbox> {
    return this.#data(`${sandboxPath(id)}/open`, OpenedSandbox, { method: 'POST', json: body })
  }

  templates(): Promise<TemplateSummary[]> {
    return this.#data('/v1/templates', z.array(TemplateSummary))
  }

  listKeys(): Promise<ApiKeySummary[]> {
    return this.#data('/v1/keys', z.array(ApiKeySummary))
  }

  createKey(name: string): Promise<CreatedApiKey> {
    return this.#data('/v1/keys', CreatedApiKey, { method: 'POST', json: { name } })
  }

  async deleteKey(id: string): Promise<void> {
    await this.#http.send(`/v1/keys/${encodeURIComponent(id)}`, { method: 'DELETE' })
  }

  async #data<T>(path: string, schema: z.ZodType<T>, call?: RequestOptions): Promise<T> {
    const answer = await this.#http.json(path, z.union([z.object({ data: schema }), LateFailure]), call)
    if ('error' in answer)
      throw new SandboxError(isErrorCode(answer.code) ? answer.code : 'internal', answer.error)
    return answer.data as T
  }
}

function sandboxPath(id: string): string {
  return `/v1/sandboxes/${encodeId(id)}`
}

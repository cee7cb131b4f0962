import { z } from 'zod'
import {
  ApiKeySummary,
  CreatedApiKey,
  type CreateSandboxBody,
  OpenedSandbox,
  SandboxSummary,
  TemplateSummary,
} from '@/lib/protocol/sandboxes'
import { SnapshotSummary } from '@/lib/protocol/snapshots'
import { createHttp, type Http } from './http'

/** Making a sandbox may wait for a slow provider, and opening a stopped one starts it; everything else is quick. */
const START_TIMEOUT_MS = 120_000

/** The app's own server routes, `/api/app`, for its pages; the session's cookie speaks for the user. */
export class AppClient {
  readonly #http: Http = createHttp({ baseUrl: '/api/app' })

  listSandboxes(signal?: AbortSignal): Promise<SandboxSummary[]> {
    return this.#http.json('/sandboxes', z.array(SandboxSummary), signal && { signal })
  }

  createSandbox(body: CreateSandboxBody): Promise<SandboxSummary> {
    const call = { method: 'POST', json: body, timeoutMs: START_TIMEOUT_MS }
    return this.#http.json('/sandboxes', SandboxSummary, call)
  }

  startSandbox(id: string): Promise<SandboxSummary> {
    const call = { method: 'POST', timeoutMs: START_TIMEOUT_MS }
    return this.#http.json(`${sandboxPath(id)}/start`, SandboxSummary, call)
  }

  stopSandbox(id: string): Promise<SandboxSummary> {
    return this.#http.json(`${sandboxPath(id)}/stop`, SandboxSummary, { method: 'POST' })
  }

  async deleteSandbox(id: string): Promise<void> {
    await this.#http.send(sandboxPath(id), { method: 'DELETE' })
  }

  /** A one-use link into the workbench, to be POSTed by the browser. */
  openSandbox(id: string): Promise<OpenedSandbox> {
    const call = { method: 'POST', timeoutMs: START_TIMEOUT_MS }
    return this.#http.json(`${sandboxPath(id)}/open`, OpenedSandbox, call)
  }

  /** Of all the user's sandboxes, those that are gone too; newest first. */
  listSnapshots(signal?: AbortSignal): Promise<SnapshotSummary[]> {
    return this.#http.json('/snapshots', z.array(SnapshotSummary), signal && { signal })
  }

  async deleteSnapshot(id: string): Promise<void> {
    await this.#http.request(`/snapshots/${encodeURIComponent(id)}`, { method: 'DELETE' })
  }

  listTemplates(signal?: AbortSignal): Promise<TemplateSummary[]> {
    return this.#http.json('/templates', z.array(TemplateSummary), signal && { signal })
  }

  listKeys(signal?: AbortSignal): Promise<ApiKeySummary[]> {
    return this.#http.json('/keys', z.array(ApiKeySummary), signal && { signal })
  }

  createKey(name: string): Promise<CreatedApiKey> {
    return this.#http.json('/keys', CreatedApiKey, { method: 'POST', json: { name } })
  }

  async deleteKey(id: string): Promise<void> {
    await this.#http.send(`/keys/${encodeURIComponent(id)}`, { method: 'DELETE' })
  }
}

function sandboxPath(id: string): string {
  return `/sandboxes/${encodeURIComponent(id)}`
}

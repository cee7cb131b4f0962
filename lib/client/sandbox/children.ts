import { Box, BoxList } from '@/lib/protocol/children'
import type { CreateSandboxBody } from '@/lib/protocol/sandboxes'
import { encodeId, type Http } from '../http'

/** Making a sandbox may wait for a slow machine. */
const CREATE_TIMEOUT_MS = 120_000

/**
 * Sandboxes beside this one, of the same owner: its access token opens them too, and they end with it. With a session
 * token all of it is `forbidden`.
 */
export class Children {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  create(options: CreateSandboxBody = {}): Promise<Box> {
    const call = { method: 'POST', json: options, timeoutMs: CREATE_TIMEOUT_MS }
    return this.#http.json('/sandboxes', Box, call)
  }

  /** The main sandbox, then its children. */
  async list(): Promise<Box[]> {
    return (await this.#http.json('/sandboxes', BoxList)).sandboxes
  }

  async retrieve(subdomain: string): Promise<Box> {
    return this.#http.json(`/sandboxes/${encodeId(subdomain)}`, Box)
  }

  /** Without `deleteFiles` it is stopped, and from then on its owner's alone. */
  async destroy(subdomain: string, { deleteFiles = false }: { deleteFiles?: boolean } = {}): Promise<void> {
    const call = { method: 'DELETE', query: { delete_files: deleteFiles } }
    await this.#http.send(`/sandboxes/${encodeId(subdomain)}`, call)
  }
}

import { SandboxError } from '@/lib/errors'
import { Overlay, type OverlayBody, Overlays } from '../agent-contract/overlays'
import { readable } from './agent-errors'
import type { AgentHttp } from './agent-http'

export type { Overlay, OverlayBody }

/** The agent answers after 20 s at the latest; a sandbox that eats all its CPU needs longer. */
const CREATE_TIMEOUT_MS = 60_000

/** The overlays of one sandbox. */
export class AgentOverlays {
  readonly #http: AgentHttp

  constructor(http: AgentHttp) {
    this.#http = http
  }

  /**
   * Copies `source`, an absolute path, into `target`, relative to the sandbox's directory. Resolves when all but package
   * directories is in place; those follow. `invalid_path`, `file_not_found`, `not_directory`, `already_exists`, `bad_request`,
   * `too_many`, `disk_full` where that cannot be.
   */
  async create(body: OverlayBody): Promise<Overlay> {
    try {
      const { source, target, ignore, strategy } = body
      const json = { source, target, ignore, strategy }
      return shown(
        await this.#http.json(Overlay, 'POST', '/overlays', { json, timeoutMs: CREATE_TIMEOUT_MS }),
      )
    } catch (error) {
      if (!isNotFound(error)) throw error
      const message = 'This sandbox is from before there were overlays. Stop and start the sandbox.'
      throw new SandboxError('unsupported', message, { cause: error })
    }
  }

  /** Oldest first. An agent from before there were overlays has none. */
  async list(): Promise<Overlay[]> {
    try {
      return (await this.#http.json(Overlays, 'GET', '/overlays')).overlays.map(shown)
    } catch (error) {
      if (isNotFound(error)) return []
      throw error
    }
  }

  async get(id: string): Promise<Overlay> {
    return shown(await this.#http.json(Overlay, 'GET', `/overlays/${id}`).catch(orNoSuch(id)))
  }

  /** Ends its copying; every file stays. */
  async delete(id: string): Promise<void> {
    await this.#http.empty('DELETE', `/overlays/${id}`).catch(orNoSuch(id))
  }
}

function shown(overlay: Overlay): Overlay {
  return { ...overlay, error: overlay.error === null ? null : readable(overlay.error) }
}

function isNotFound(error: unknown): boolean {
  return error instanceof SandboxError && error.code === 'not_found'
}

function orNoSuch(id: string): (error: unknown) => never {
  return (error) => {
    if (!isNotFound(error)) throw error
    throw new SandboxError('not_found', `There is no overlay ${id}.`, { cause: error })
  }
}

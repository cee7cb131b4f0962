import { SandboxError } from '@/lib/errors'
import { OverlayInfo as Overlay, OverlayList } from '@/lib/protocol/overlays'
import { encodeId, type Http } from '../http'

export type WaitOptions = {
  /** How often it is asked, 60 by default. */
  maxRetries?: number
  /** 500 by default; each later wait is `backoffFactor` (1.5) times as long, up to `maxDelayMs` (5000). */
  initialDelayMs?: number
  maxDelayMs?: number
  backoffFactor?: number
}

export type OverlayOptions = {
  /** Absolute path of a directory in the sandbox, such as /templates/node. */
  source: string
  /** Relative to the sandbox's directory. */
  target: string
  /** Names and globs to leave out. */
  ignore?: string[]
  /** `smart`, the default, links package directories such as node_modules; `copy` copies them in the background. */
  strategy?: 'copy' | 'smart'
  waitForCompletion?: boolean | WaitOptions
}

export type OverlayInfo = {
  id: string
  source: string
  target: string
  strategy: 'copy' | 'smart'
  createdAt: string
  copyStatus: 'pending' | 'in_progress' | 'complete' | 'failed'
  copyError?: string
  stats: { copiedFiles: number; copiedDirs: number; skipped: string[] }
}

/** Copies of template directories. */
export class Overlays {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /** All but package directories is in place when it resolves; with `waitForCompletion` these are too. */
  async create(options: OverlayOptions): Promise<OverlayInfo> {
    const { waitForCompletion, ...json } = options
    const overlay = info(await this.#http.json('/filesystem/overlays', Overlay, { method: 'POST', json }))
    if (!waitForCompletion) return overlay
    return this.waitForCompletion(overlay.id, waitForCompletion === true ? {} : waitForCompletion)
  }

  async list(): Promise<OverlayInfo[]> {
    return (await this.#http.json('/filesystem/overlays', OverlayList)).overlays.map(info)
  }

  /** `not_found` where there is none. */
  async retrieve(id: string): Promise<OverlayInfo> {
    return info(await this.#http.json(overlayPath(id), Overlay))
  }

  /** Throws what kept it from being copied whole, and `timed_out` when it has been asked often enough. */
  async waitForCompletion(id: string, options: WaitOptions = {}): Promise<OverlayInfo> {
    const { maxRetries = 60, initialDelayMs = 500, maxDelayMs = 5000, backoffFactor = 1.5 } = options
    let delayMs = initialDelayMs
    for (let retry = 0; ; retry++) {
      const overlay = await this.retrieve(id)
      if (overlay.copyStatus === 'complete') return overlay
      if (overlay.copyStatus === 'failed') throw notCopied(overlay)
      if (retry >= maxRetries) throw new SandboxError('timed_out', `${overlay.target} is still being copied.`)
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      delayMs = Math.min(maxDelayMs, delayMs * backoffFactor)
    }
  }

  /** Forgets it, and ends its copying; every file stays. */
  async destroy(id: string): Promise<void> {
    await this.#http.send(overlayPath(id), { method: 'DELETE' })
  }
}

function overlayPath(id: string): string {
  return `/filesystem/overlays/${encodeId(id)}`
}

function notCopied({ source, target, copyError }: OverlayInfo): SandboxError {
  return new SandboxError(
    'agent_failed',
    `${source} was not copied whole to ${target}: ${copyError ?? 'no reason was told'}`,
  )
}

function info(overlay: Overlay): OverlayInfo {
  const { id, source, target, strategy, created_at, stats, copy_status, copy_error } = overlay
  return {
    id,
    source,
    target,
    strategy,
    createdAt: created_at,
    copyStatus: copy_status,
    ...(copy_error === undefined ? {} : { copyError: copy_error }),
    stats: { copiedFiles: stats.copied_files, copiedDirs: stats.copied_dirs, skipped: stats.skipped },
  }
}

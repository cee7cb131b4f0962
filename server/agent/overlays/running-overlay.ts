import * as z from 'zod/mini'
import { SandboxError, toSandboxError } from '@/lib/errors'
import { Overlay } from '@/server/agent-contract/overlays'
import { OverlayCopy } from './overlay-copy'
import { SkippedPaths } from './skipped-paths'
import { inTurn } from './turns'

/** An overlay as it is kept over stops. */
export const StoredOverlay = z.object({
  ...Overlay.shape,
  ignore: z.array(z.string()),
  sourcePath: z.string(),
  targetPath: z.string(),
  /** All but package directories is in place. */
  hasOwnFiles: z.boolean(),
})
export type StoredOverlay = z.infer<typeof StoredOverlay>

/** One overlay: its record, and its copying while that runs. `onChange` is called when the record is worth keeping. */
export class RunningOverlay {
  readonly id: string
  /** Fulfilled when all is copied, rejected where that failed or the overlay is removed before. */
  readonly done: Promise<void>
  readonly #record: StoredOverlay
  readonly #skipped: SkippedPaths
  readonly #ending = new AbortController()
  readonly #settle = Promise.withResolvers<void>()
  readonly #onChange: () => void
  #isBegun = false

  constructor(record: StoredOverlay, onChange: () => void) {
    this.id = record.id
    this.#record = record
    this.#skipped = new SkippedPaths(record.skipped)
    this.#onChange = onChange
    this.done = this.#settle.promise
    // Few wait for it; its failure is in the record.
    this.done.catch(() => undefined)
    if (record.status === 'complete') this.#settle.resolve()
    if (record.status === 'failed') this.#settle.reject(failed(record.error))
  }

  record(): Overlay {
    const { id, source, target, strategy, createdAtMs, copiedFiles, copiedDirectories, status, error } =
      this.#record
    const skipped = this.#skipped.list()
    return {
      id,
      source,
      target,
      strategy,
      createdAtMs,
      copiedFiles,
      copiedDirectories,
      skipped,
      status,
      error,
    }
  }

  stored(): StoredOverlay {
    return { ...this.#record, skipped: this.#skipped.list() }
  }

  /** Resolves when all but package directories is in place; those follow by themselves. */
  async start(): Promise<void> {
    this.#isBegun = true
    const copy = this.#copy()
    await this.#orFail(async () => {
      this.#note({ status: 'in_progress' })
      await copy.copyOwnFiles()
      this.#note({ hasOwnFiles: true, ...(copy.hasPackages ? { status: 'pending' } : {}) })
    })
    if (copy.hasPackages) void this.#follow(() => copy.copyPackages())
    else this.#complete()
  }

  /** Takes up again what a stop of the sandbox cut short. */
  resume(): void {
    const isOver = this.#record.status === 'complete' || this.#record.status === 'failed'
    if (isOver || this.#isBegun) return
    this.#isBegun = true
    if (!this.#record.hasOwnFiles) {
      const cut = 'The sandbox was stopped while files were copied. Delete this overlay and create it again.'
      this.#fail(new SandboxError('conflict', cut))
      return
    }
    const copy = this.#copy()
    this.#note({ status: 'pending' })
    void this.#follow(async () => {
      await copy.findPackages()
      await copy.copyPackages()
    })
  }

  /** Ends a running copy; what is copied stays. */
  cancel(): void {
    const gone = new SandboxError('not_found', `The overlay ${this.id} was deleted before it was complete.`)
    this.#ending.abort(gone)
    this.#settle.reject(gone)
  }

  #copy(): OverlayCopy {
    const { sourcePath, targetPath, strategy, ignore } = this.#record
    return new OverlayCopy({
      sourcePath,
      targetPath,
      strategy,
      ignore,
      signal: this.#ending.signal,
      onFiles: (count) => {
        this.#record.copiedFiles += count
      },
      onDirectory: () => {
        this.#record.copiedDirectories++
      },
      skip: (path) => this.#skipped.add(path),
    })
  }

  /** In the background, one overlay after the other: several at once would only slow one another down. */
  async #follow(work: () => Promise<void>): Promise<void> {
    try {
      await inTurn(() =>
        this.#orFail(async () => {
          this.#ending.signal.throwIfAborted()
          this.#note({ status: 'in_progress' })
          await work()
        }),
      )
      this.#complete()
    } catch {
      // It is in the record, and `done` has told those who wait.
    }
  }

  async #orFail(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      if (!this.#ending.signal.aborted) this.#fail(thrown)
      throw thrown
    }
  }

  #complete(): void {
    this.#note({ status: 'complete' })
    this.#settle.resolve()
  }

  #fail(thrown: unknown): void {
    const error = toSandboxError(thrown)
    if (error.code === 'internal') process.stderr.write(`sandlot-agent: overlay: ${error.cause ?? error}\n`)
    this.#note({ status: 'failed', error: error.message })
    this.#settle.reject(failed(error.message))
  }

  #note(changes: Partial<StoredOverlay>): void {
    Object.assign(this.#record, changes)
    this.#onChange()
  }
}

function failed(reason: string | null): SandboxError {
  return new SandboxError('conflict', `The overlay could not be copied: ${reason ?? 'no reason is known.'}`)
}

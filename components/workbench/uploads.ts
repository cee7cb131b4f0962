import type { SandboxClient } from '@/lib/client/sandbox-client'
import { SandboxError, toSandboxError } from '@/lib/errors'
import { Store } from './store'

export type Upload = {
  id: number
  path: string
  sizeBytes: number
  sentBytes: number
  state: 'waiting' | 'sending' | 'exists' | 'failed'
  message: string | null
}

/** More at once would only share the same line. */
const PARALLEL = 3

/** Files on their way into the sandbox. Those that have arrived are gone from the list. */
export class Uploads {
  readonly state = new Store<readonly Upload[]>([])
  readonly #client: SandboxClient
  readonly #files = new Map<number, { file: Blob; abort: AbortController; isReplacing: boolean }>()
  #nextId = 1

  constructor(client: SandboxClient) {
    this.#client = client
  }

  add(files: readonly { path: string; file: Blob }[]): void {
    const added = files.map(({ path, file }): Upload => {
      const id = this.#nextId++
      this.#files.set(id, { file, abort: new AbortController(), isReplacing: false })
      return { id, path, sizeBytes: file.size, sentBytes: 0, state: 'waiting', message: null }
    })
    this.state.update((uploads) => [...uploads, ...added])
    this.#sendNext()
  }

  /** Stops an upload, or takes it off the list. */
  cancel(id: number): void {
    this.#files.get(id)?.abort.abort()
    this.#remove(id)
  }

  cancelAll(): void {
    for (const { id } of this.state.get()) this.cancel(id)
  }

  /** Sends a file although one of its name is there, or again after it failed. */
  replace(id: number): void {
    const kept = this.#files.get(id)
    if (!kept) return
    kept.isReplacing = kept.isReplacing || this.#find(id)?.state === 'exists'
    this.#change(id, { state: 'waiting', sentBytes: 0, message: null })
    this.#sendNext()
  }

  #sendNext(): void {
    const uploads = this.state.get()
    const sending = uploads.filter((upload) => upload.state === 'sending').length
    for (const upload of uploads.filter((each) => each.state === 'waiting').slice(0, PARALLEL - sending)) {
      void this.#send(upload)
    }
  }

  async #send({ id, path }: Upload): Promise<void> {
    const kept = this.#files.get(id)
    if (!kept) return
    this.#change(id, { state: 'sending' })
    try {
      await this.#client.upload(path, kept.file, {
        ...(kept.isReplacing ? {} : { ifNoneMatch: '*' }),
        onProgress: (sentBytes) => this.#change(id, { sentBytes }),
        signal: kept.abort.signal,
      })
      this.#remove(id)
    } catch (thrown) {
      if (!kept.abort.signal.aborted) this.#failed(id, thrown)
    }
    this.#sendNext()
  }

  #failed(id: number, thrown: unknown): void {
    const exists = thrown instanceof SandboxError && thrown.code === 'precondition_failed'
    if (exists) this.#change(id, { state: 'exists', message: 'A file of this name is there.' })
    else this.#change(id, { state: 'failed', message: toSandboxError(thrown).message })
  }

  #find(id: number): Upload | undefined {
    return this.state.get().find((upload) => upload.id === id)
  }

  #change(id: number, change: Partial<Upload>): void {
    this.state.update((uploads) =>
      uploads.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)),
    )
  }

  #remove(id: number): void {
    this.#files.delete(id)
    this.state.update((uploads) => uploads.filter((upload) => upload.id !== id))
  }
}

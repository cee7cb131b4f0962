import { SandboxError } from '@/lib/errors'
import { guardCopy } from './copy-guard'
import type { Host } from './host'
import type { LocalSandbox } from './local-sandbox'
import { SnapshotFiles } from './snapshot-files'
import { type ArchiveJob, packTree, unpackTree } from './tree-archive'
import { Turnstile } from './turnstile'

/** Copies at once: a disk is no faster for more, and each keeps a sandbox waiting. */
const COPIES_AT_ONCE = 2

/** Makes snapshots of sandboxes, and sandboxes' trees of snapshots. */
export class Snapshots {
  readonly #host: Host
  readonly #files: SnapshotFiles
  readonly #turns = new Turnstile(COPIES_AT_ONCE)
  readonly #closing = new AbortController()

  constructor(host: Host) {
    this.#host = host
    this.#files = new SnapshotFiles(host.places.snapshotsDir)
  }

  list(): { id: string; bytes: number }[] {
    return this.#files.list()
  }

  delete(id: string): Promise<void> {
    return this.#files.delete(id)
  }

  removeHalfMade(): void {
    this.#files.removeHalfMade()
  }

  /** Resolves with its size in bytes. */
  take(sandbox: LocalSandbox, id: string, maxBytes: number | null): Promise<number> {
    return this.#inTurn(() =>
      this.#files.make(id, (file) =>
        sandbox.copyOut(({ tree, uid, signal }) => {
          const limits = [maxBytes, sandbox.limits.diskBytes].filter((limit) => limit !== null)
          const maxFileBytes = limits.length === 0 ? null : Math.min(...limits)
          return this.#guarded(signal, (cut) =>
            packTree({ tree, uid, archive: file.fd, maxFileBytes, signal: cut, ...this.#tools() }),
          )
        }),
      ),
    )
  }

  /** Of a sandbox that does not run. */
  restore(sandbox: LocalSandbox, id: string): Promise<void> {
    const { diskBytes } = sandbox.limits
    return this.#inTurn(() =>
      this.#files.use(id, async (file, bytes) => {
        // An archive is about as large as its files are on the disk, holes left out.
        if (diskBytes !== null && bytes > diskBytes) throw tooLarge(bytes, diskBytes)
        await sandbox.copyIn(({ tree, uid, signal }) =>
          this.#guarded(signal, (cut) =>
            unpackTree({
              tree,
              uid,
              archive: file.fd,
              maxFileBytes: diskBytes,
              signal: cut,
              ...this.#tools(),
            }),
          ),
        )
      }),
    )
  }

  /** Cuts short what is under way, and resolves when it has ended. */
  async close(): Promise<void> {
    this.#closing.abort(new SandboxError('unavailable', 'Sandlot is shutting down.'))
    const nothing = async () => undefined
    await Promise.all(Array.from({ length: COPIES_AT_ONCE }, () => this.#turns.run(nothing)))
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      this.#closing.signal.throwIfAborted()
      return act()
    })
  }

  #guarded(signal: AbortSignal, copy: (cut: AbortSignal) => Promise<void>): Promise<void> {
    return guardCopy(this.#host.places.dataDir, [signal, this.#closing.signal], copy)
  }

  #tools(): Pick<ArchiveJob, 'seccompFile' | 'canDisableUserNamespaces'> {
    const { runtime, canDisableUserns } = this.#host
    return { seccompFile: runtime.seccomp, canDisableUserNamespaces: canDisableUserns }
  }
}

const MEGABYTE = 1024 * 1024

function tooLarge(bytes: number, diskBytes: number): SandboxError {
  const [needed, given] = [Math.ceil(bytes / MEGABYTE), Math.floor(diskBytes / MEGABYTE)]
  return new SandboxError(
    'too_large',
    `The snapshot takes ${needed} MB, and the sandbox may have ${given} MB of disk. Ask for a larger disk.`,
  )
}

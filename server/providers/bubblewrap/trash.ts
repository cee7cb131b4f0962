import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Logger } from '../../log'

const run = promisify(execFile)
/** A hundred thousand files take seconds; a full, slow disk minutes. What is left is removed at the next start. */
const REMOVAL_TIMEOUT_MS = 10 * 60_000
/** Far below what a command line holds. */
const MAX_TREES_AT_ONCE = 256

/** Removes trees: out of the way at once, from the disk in the background, one after another. */
export class Trash {
  readonly #dir: string
  readonly #log: Logger
  readonly #waiting: string[] = []
  #last: Promise<void> = Promise.resolve()

  constructor(dir: string, log: Logger) {
    this.#dir = dir
    this.#log = log
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  }

  /** Goes on with what an earlier process of ours had no time for. */
  resume(): void {
    for (const name of readdirSync(this.#dir)) this.#queue(name)
  }

  /** The tree is at its old place no more when this returns. */
  take(path: string): void {
    const name = randomUUID()
    try {
      renameSync(path, join(this.#dir, name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      throw error
    }
    this.#queue(name)
  }

  /** Resolves when all that was taken so far has left the disk. */
  emptied(): Promise<void> {
    return this.#last
  }

  #queue(name: string): void {
    this.#waiting.push(join(this.#dir, name))
    this.#last = this.#last.then(() => this.#removeWaiting())
  }

  /** All that came while the last ones were removed, by one program: a program for each costs more than most trees do. */
  async #removeWaiting(): Promise<void> {
    const paths = this.#waiting.splice(0, MAX_TREES_AT_ONCE)
    if (paths.length === 0) return
    try {
      await removeTrees(paths)
    } catch (error) {
      this.#log.error({ err: error }, 'The files of a deleted sandbox are still on the disk')
    }
  }
}

/**
 * GNU rm walks by descriptor: it follows no link, crosses no mount with this option and has no limit of depth. An
 * ordinary user's directories of mode 0 are opened up first; root needs no permission.
 */
async function removeTrees(paths: string[]): Promise<void> {
  const options = { timeout: REMOVAL_TIMEOUT_MS }
  if (process.getuid?.() !== 0)
    await run(
      'find',
      [...paths, '-xdev', '-type', 'd', '!', '-perm', '-700', '-exec', 'chmod', 'u+rwx', '{}', ';'],
      options,
    ).catch(() => undefined)
  await run('rm', ['-rf', '--one-file-system', '--', ...paths], options)
}

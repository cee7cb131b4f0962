import { accessSync, constants, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { SandboxError } from '@/lib/errors'
import { signalGroup, signalNameOf, startUserProcess } from '../user-process'

/** Far below what Linux takes as arguments, so many that starting the program does not count. */
const MAX_FILES = 500
const MAX_ARGUMENT_BYTES = 96 * 1024

interface Copying {
  source: string
  target: string
  signal: AbortSignal
  onCopied: (files: number) => void
  /** Called for what cannot be read, or is gone by now. */
  skip: (path: string) => void
}

/**
 * Copies files and links, a few hundred at a time, by `cp`: a program of its own keeps the agent free for others, can be ended
 * in the middle of a file, leaves holes in files holes, and is paused like all that writes when the disk is full.
 */
export class FileCopier {
  readonly #copying: Copying
  #paths: string[] = []
  #bytes = 0

  constructor(copying: Copying) {
    this.#copying = copying
  }

  /** Its directory must be in the target already. */
  async add(path: string): Promise<void> {
    this.#paths.push(path)
    this.#bytes += Buffer.byteLength(path) + 1
    if (this.#paths.length >= MAX_FILES || this.#bytes >= MAX_ARGUMENT_BYTES) await this.flush()
  }

  async flush(): Promise<void> {
    const paths = this.#paths
    this.#paths = []
    this.#bytes = 0
    if (paths.length === 0) return
    const said = await this.#run(paths)
    const unread = said === null ? [] : this.#skipUnreadable(paths)
    if (said !== null && unread.length === 0) throw failureOf(said)
    // It goes on after a file that it cannot read; any other complaint is told by the next attempt.
    const rest = unread.length === 0 ? [] : paths.filter((path) => !unread.includes(path))
    const saidOfRest = rest.length === 0 ? null : await this.#run(rest)
    if (saidOfRest !== null) throw failureOf(saidOfRest)
    this.#copying.onCopied(paths.length - unread.length)
  }

  /** What it had to say where it failed, else `null`. */
  async #run(paths: string[]): Promise<string | null> {
    const { source, target, signal } = this.#copying
    signal.throwIfAborted()
    const child = startUserProcess(
      {
        argv: [...PROGRAM, `--target-directory=${target}`, '--', ...paths],
        cwd: source,
        environment: { LC_ALL: 'C' },
      },
      { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' },
    )
    const end = () => signalGroup(child.pid, 'SIGKILL')
    signal.addEventListener('abort', end)
    const said = await new Response(child.stderr).text()
    await child.exited
    signal.removeEventListener('abort', end)
    signal.throwIfAborted()
    if (child.exitCode === 0) return null
    const endedBy = signalNameOf(child)
    return endedBy === null ? said : `ended by ${endedBy}`
  }

  #skipUnreadable(paths: string[]): string[] {
    const unreadable = paths.filter((path) => !canRead(join(this.#copying.source, path)))
    for (const path of unreadable) this.#copying.skip(path)
    return unreadable
  }
}

/** Nothing is written through a link that is in the way. */
const PROGRAM = ['/bin/cp', '--no-dereference', '--remove-destination', '--preserve=timestamps', '--parents']

function canRead(path: string): boolean {
  try {
    if (!lstatSync(path).isSymbolicLink()) accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

function failureOf(said: string): SandboxError {
  if (/No space left on device|Disk quota exceeded/.test(said))
    return new SandboxError(
      'disk_full',
      'The disk of this sandbox became full. Delete something, and create the overlay again.',
    )
  if (/File too large|SIGXFSZ/.test(said))
    return new SandboxError('too_large', 'A file of the source is larger than this sandbox allows.')
  if (/cannot overwrite directory|Not a directory/.test(said))
    return new SandboxError(
      'already_exists',
      `What is in the target is in the way. Remove it or choose another target. ${said.split('\n', 1)[0]}`,
    )
  return new SandboxError('unavailable', `The copy failed: ${said.split('\n', 1)[0] || 'cp did not say why'}`)
}

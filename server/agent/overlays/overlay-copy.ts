import { lstatSync, mkdirSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { SandboxError } from '@/lib/errors'
import { errnoOf, fromErrno, onPath } from '../errno'
import { ignoreMatcher } from '../globs'
import { FileCopier } from './copy-files'
import type { OverlayPlace } from './overlay-place'
import { type SourceEntry, type SourceWalk, walkSource } from './source-walk'

/** Directories that a package manager fills and nobody edits: large, and the same for all who have the source. */
const PACKAGE_DIRECTORIES = new Set(['node_modules', 'bower_components', '.venv', 'venv', '__pypackages__'])

export interface CopyOptions extends OverlayPlace {
  strategy: 'copy' | 'smart'
  ignore: string[]
  signal: AbortSignal
  onFiles: (count: number) => void
  onDirectory: () => void
  skip: (path: string) => void
}

/** The copying of one overlay, in two parts: what somebody waits for, and the package directories. */
export class OverlayCopy {
  readonly #options: CopyOptions
  readonly #files: FileCopier
  readonly #packages: string[] = []

  constructor(options: CopyOptions) {
    const { sourcePath, targetPath, signal, onFiles, skip } = options
    this.#options = options
    this.#files = new FileCopier({ source: sourcePath, target: targetPath, signal, onCopied: onFiles, skip })
  }

  get hasPackages(): boolean {
    return this.#packages.length > 0
  }

  /** Everything but package directories, which are linked with `smart` and made empty with `copy`. */
  async copyOwnFiles(): Promise<void> {
    const { targetPath } = this.#options
    onPath(targetPath, () => mkdirSync(targetPath, { recursive: true }))
    for await (const entries of this.#walk({ from: '', enters: isNoPackages })) {
      for (const entry of entries) {
        if (entry.type !== 'directory') await this.#files.add(entry.path)
        else if (isNoPackages(entry)) this.#makeDirectory(entry.path)
        else this.#beginPackages(entry.path)
      }
    }
    await this.#files.flush()
  }

  /** What `copyOwnFiles` would leave to `copyPackages`, for a copy that was cut short between them. */
  async findPackages(): Promise<void> {
    for await (const entries of this.#walk({ from: '', enters: isNoPackages, skip: () => undefined })) {
      for (const entry of entries)
        if (!isNoPackages(entry) && !this.#isLinked(entry.path)) this.#packages.push(entry.path)
    }
  }

  async copyPackages(): Promise<void> {
    for (const from of this.#packages) {
      for await (const entries of this.#walk({ from })) {
        for (const entry of entries) {
          if (entry.type === 'directory') this.#makeDirectory(entry.path)
          else await this.#files.add(entry.path)
        }
      }
      await this.#files.flush()
    }
  }

  #walk(changes: Pick<SourceWalk, 'from'> & Partial<SourceWalk>): AsyncGenerator<SourceEntry[]> {
    const { sourcePath, ignore, signal, skip } = this.#options
    return walkSource({ source: sourcePath, ignore: ignoreMatcher(ignore), signal, skip, ...changes })
  }

  /** Where somebody has installed packages already, a link would hide them: theirs are added to. */
  #beginPackages(path: string): void {
    const { sourcePath, targetPath, strategy } = this.#options
    const target = join(targetPath, path)
    const isLinked = this.#isLinked(path)
    if (isLinked && strategy === 'smart') return
    if (isLinked) unlinkSync(target)
    if (strategy === 'smart' && !isThere(target)) {
      onPath(target, () => symlinkSync(join(sourcePath, path), target))
      return
    }
    this.#makeDirectory(path)
    this.#packages.push(path)
  }

  /** By this overlay or an earlier one. */
  #isLinked(path: string): boolean {
    const { sourcePath, targetPath } = this.#options
    const target = join(targetPath, path)
    try {
      return readlinkSync(target) === join(sourcePath, path)
    } catch (thrown) {
      if (['EINVAL', 'ENOENT', 'ENOTDIR'].includes(errnoOf(thrown) ?? '')) return false
      throw fromErrno(thrown, target)
    }
  }

  #makeDirectory(path: string): void {
    const target = join(this.#options.targetPath, path)
    try {
      mkdirSync(target)
    } catch (thrown) {
      if (errnoOf(thrown) !== 'EEXIST') throw fromErrno(thrown, target)
      // Through a link the copy could land anywhere, in its own source too.
      if (!lstatSync(target).isDirectory()) throw inTheWay(target)
    }
    this.#options.onDirectory()
  }
}

function isNoPackages({ type, name }: SourceEntry): boolean {
  return type !== 'directory' || !PACKAGE_DIRECTORIES.has(name)
}

function isThere(path: string): boolean {
  return onPath(path, () => lstatSync(path, { throwIfNoEntry: false })) !== undefined
}

function inTheWay(path: string): SandboxError {
  return new SandboxError(
    'already_exists',
    `Where a directory of the source belongs there is a file or a link. Remove it or choose another target: ${path}`,
  )
}

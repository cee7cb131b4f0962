import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SandboxError } from '@/lib/errors'

const WHOLE = '.tar'
const HALF_MADE = '.part'

/** One file for each snapshot, in a directory that no sandbox can enter. Ids are safe as names. */
export class SnapshotFiles {
  readonly #dir: string

  constructor(dir: string) {
    this.#dir = dir
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  }

  list(): { id: string; bytes: number }[] {
    return this.#namesOf(WHOLE).flatMap((name) => {
      const stat = statSync(join(this.#dir, name), { throwIfNoEntry: false })
      return stat ? [{ id: name.slice(0, -WHOLE.length), bytes: stat.size }] : []
    })
  }

  /** Makes one of what `fill` writes, whole or not at all; resolves with its size in bytes. */
  async make(id: string, fill: (file: FileHandle) => Promise<void>): Promise<number> {
    if (statSync(this.#whole(id), { throwIfNoEntry: false })) throw alreadyThere(id)
    const path = join(this.#dir, id + HALF_MADE)
    const file = await open(path, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === 'EEXIST' ? alreadyThere(id) : cause
    })
    try {
      await fill(file)
      await file.sync()
      await rename(path, this.#whole(id))
      return (await file.stat()).size
    } catch (error) {
      await rm(path, { force: true })
      throw error
    } finally {
      await file.close()
    }
  }

  async use(id: string, read: (file: FileHandle, bytes: number) => Promise<void>): Promise<void> {
    const file = await open(this.#whole(id), 'r').catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === 'ENOENT' ? noSuch(id) : cause
    })
    try {
      await read(file, (await file.stat()).size)
    } finally {
      await file.close()
    }
  }

  /** Fine where there is none. */
  async delete(id: string): Promise<void> {
    await rm(this.#whole(id), { force: true })
  }

  /** What an earlier process of ours had no time to finish. */
  removeHalfMade(): void {
    for (const name of this.#namesOf(HALF_MADE)) rmSync(join(this.#dir, name), { force: true })
  }

  #namesOf(ending: string): string[] {
    return readdirSync(this.#dir).filter((name) => name.endsWith(ending))
  }

  #whole(id: string): string {
    return join(this.#dir, id + WHOLE)
  }
}

function alreadyThere(id: string): SandboxError {
  return new SandboxError('already_exists', `There is a snapshot ${id} already.`)
}

function noSuch(id: string): SandboxError {
  return new SandboxError('not_found', `The files of the snapshot ${id} are not on this machine.`)
}

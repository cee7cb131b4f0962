import {
  type BigIntStats,
  closeSync,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { SandboxError } from '@/lib/errors'
import type { FileEntry } from '@/server/agent-contract'
import { errnoOf, onPath } from './errno'
import { etagOf, readTargetEntry } from './file-entry'
import { matches } from './file-read'
import { checkPath } from './paths'
import { temporaryName } from './temporary-name'

/** As the kernel has it. */
const MAX_LINKS = 40

export interface Conditions {
  ifMatch: string | null
  ifNoneMatch: string | null
}

/**
 * PUT /files/content: into a file beside the target, to the disk, then renamed over it. A reader sees the old file or the
 * new one, and a write that breaks off leaves the old one.
 */
export function writeFile(path: string, body: Request['body'], conditions: Conditions): Promise<FileEntry> {
  return onPath(path, async () => {
    const target = prepare(path, conditions)
    const temporary = temporaryBeside(target)
    try {
      await writeStream(temporary, body, modeOf(target))
      // Once more: the upload may have taken minutes, in which somebody else saved.
      checkConditions(path, target, conditions)
      renameSync(temporary, target)
    } catch (thrown) {
      rmSync(temporary, { force: true })
      throw thrown
    }
    return readTargetEntry(path)
  })
}

/**
 * The same at once and without waiting for the disk, for a batch: a thousand times `fsync` takes seconds, and what a
 * batch brings (a template, an unpacked project) can be brought again after a power cut. Still all or nothing per file.
 */
export function writeFileOfBatch(path: string, content: Uint8Array): FileEntry {
  return onPath(path, () => {
    const target = prepare(path, { ifMatch: null, ifNoneMatch: null })
    const temporary = temporaryBeside(target)
    try {
      const fd = create(temporary, modeOf(target))
      try {
        for (let at = 0; at < content.length; ) at += writeSync(fd, content, at)
      } finally {
        closeSync(fd)
      }
      renameSync(temporary, target)
    } catch (thrown) {
      rmSync(temporary, { force: true })
      throw thrown
    }
    return readTargetEntry(path)
  })
}

function prepare(path: string, conditions: Conditions): string {
  const target = followLinks(path)
  checkConditions(path, target, conditions)
  mkdirSync(dirname(target), { recursive: true })
  return target
}

/** Where a write through `path` lands, also when the last link leads to nothing yet. */
function followLinks(path: string): string {
  let target = path
  for (let links = 0; links < MAX_LINKS; links++) {
    const stat = statOf(target, lstatSync)
    if (!stat?.isSymbolicLink()) return target
    target = checkPath(resolve(dirname(target), readlinkSync(target)))
  }
  throw new SandboxError('invalid_path', `This path runs through a loop of symbolic links: ${path}`)
}

function checkConditions(path: string, target: string, { ifMatch, ifNoneMatch }: Conditions): void {
  const stat = statOf(target, statSync)
  if (stat?.isDirectory()) throw new SandboxError('is_directory', `This is a directory: ${path}`)
  if (stat && !stat.isFile()) {
    throw new SandboxError(
      'unsupported',
      `This is a device, pipe or socket, which cannot be replaced: ${path}`,
    )
  }
  if (ifMatch !== null && !(stat && matches(ifMatch, etagOf(stat)))) {
    throw new SandboxError('precondition_failed', `Somebody else has changed or removed this file: ${path}`)
  }
  if (ifNoneMatch !== null && stat && matches(ifNoneMatch, etagOf(stat))) {
    throw new SandboxError('precondition_failed', `This file exists already: ${path}`)
  }
}

function statOf(path: string, stat: typeof statSync | typeof lstatSync): BigIntStats | undefined {
  try {
    return stat(path, { bigint: true })
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}

function temporaryBeside(target: string): string {
  return join(dirname(target), temporaryName())
}

function modeOf(target: string): number | undefined {
  const stat = statOf(target, statSync)
  return stat && Number(stat.mode & 0o7777n)
}

function create(temporary: string, mode: number | undefined): number {
  const fd = openSync(temporary, 'wx', 0o666)
  if (mode !== undefined) fchmodSync(fd, mode)
  return fd
}

async function writeStream(
  temporary: string,
  body: Request['body'],
  mode: number | undefined,
): Promise<void> {
  const file = await open(temporary, 'wx', 0o666)
  try {
    if (mode !== undefined) await file.chmod(mode)
    for await (const chunk of chunksOf(body)) {
      for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

async function* chunksOf(body: Request['body']): AsyncGenerator<Uint8Array> {
  if (body === null) return
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new SandboxError('bad_request', 'The upload was cut short. Nothing was changed.', { cause })
    })
    if (done) return
    yield value
  }
}

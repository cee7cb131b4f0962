import { lstatSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { SandboxError } from '@/lib/errors'
import type { OverlayBody } from '@/server/agent-contract/overlays'
import { workingDirectory } from '../configuration'
import { errnoOf, fromErrno, onPath } from '../errno'
import { checkPath } from '../paths'

/** Where an overlay copies from and to: absolute, the target not through links. */
export interface OverlayPlace {
  sourcePath: string
  targetPath: string
}

/** What `source` and `target` stand for, or an error that says which of them is wrong. */
export function overlayPlace({ source, target }: Pick<OverlayBody, 'source' | 'target'>): OverlayPlace {
  const sourcePath = checkPath(source)
  const targetPath = realTarget(targetOf(target))
  const realSource = checkSource(sourcePath)
  const root = onPath(workingDirectory(), () => realpathSync(workingDirectory()))
  if (!isWithin(targetPath, root)) {
    throw new SandboxError(
      'invalid_path',
      `A link leads the target out of ${workingDirectory()}. Choose a target inside: ${target}`,
    )
  }
  if (isWithin(targetPath, realSource) || isWithin(realSource, targetPath)) {
    throw new SandboxError(
      'bad_request',
      `Source and target of an overlay cannot lie in each other. Choose a target beside ${source}.`,
    )
  }
  return { sourcePath, targetPath }
}

function targetOf(target: string): string {
  if (target === '') throw invalid('The target of an overlay is missing. For the directory itself, send “.”.')
  if (target.startsWith('/'))
    throw invalid(`The target of an overlay is relative to ${workingDirectory()}, such as “app”: ${target}`)
  if (target.split('/').includes('..'))
    throw invalid(`The target of an overlay cannot contain “..”. It lies in ${workingDirectory()}: ${target}`)
  return checkPath(join(workingDirectory(), target))
}

function checkSource(path: string): string {
  try {
    const real = realpathSync(path)
    if (statSync(real).isDirectory()) return real
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw fromErrno(thrown, path)
    throw new SandboxError(
      'file_not_found',
      `There is no directory ${path} in this sandbox. “ls /templates” shows those that every sandbox has.`,
    )
  }
  throw new SandboxError('not_directory', `The source of an overlay must be a directory: ${path}`)
}

/** Through all links, though its last parts may not be there yet. */
function realTarget(path: string): string {
  const missing: string[] = []
  let existing = path
  while (!onPath(path, () => lstatSync(existing, { throwIfNoEntry: false }))) {
    missing.unshift(basename(existing))
    existing = dirname(existing)
  }
  const real = onPath(existing, () => realpathSync(existing))
  if (onPath(real, () => statSync(real)).isDirectory()) return join(real, ...missing)
  throw new SandboxError(
    'already_exists',
    `The target of an overlay must be a directory or new. Remove this file or choose another target: ${existing}`,
  )
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`)
}

function invalid(message: string): SandboxError {
  return new SandboxError('invalid_path', message)
}

import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { SandboxError } from '@/lib/errors'
import { workingDirectory } from './configuration'
import { errnoOf, onPath } from './errno'
import { checkPath } from './paths'

/** Where a program is to start: as asked, else where the sandbox is set to. */
export function workDirectory(asked: string | undefined): string {
  if (asked === undefined) return checkDirectory(workingDirectory())
  return checkDirectory(checkPath(asked))
}

/** For who must get a shell, to mend what is broken: the nearest directory above that can be entered. */
export function nearestWorkDirectory(): string {
  for (let path = workingDirectory(); path !== '/'; path = dirname(path)) if (canEnter(path)) return path
  return '/'
}

function checkDirectory(path: string): string {
  const stat = onPath(path, () => statSync(path))
  if (!stat.isDirectory()) throw new SandboxError('not_directory', `Not a directory to work in: ${path}`)
  return path
}

function canEnter(path: string): boolean {
  try {
    // The slash is for a directory, where a file would do as well.
    accessSync(`${path}/`, constants.X_OK)
    return true
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown
    return false
  }
}

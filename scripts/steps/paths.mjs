import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository, wherever a script is called from. */
export const root = fileURLToPath(new URL('../../', import.meta.url))
/** All that is built, except Next's `.next`; may be deleted at any time. */
const buildDirectory = join(root, '.build')

export function inRoot(...parts) {
  return join(root, ...parts)
}

export function inBuild(...parts) {
  return join(buildDirectory, ...parts)
}

import { lstatSync, readlinkSync, realpathSync } from 'node:fs'

/** Where programs of the host live, in the order of mounting. On most hosts all but /usr are links into it. */
const SYSTEM_DIRS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']

export interface Mount {
  from: string
  to: string
}

/**
 * The host's programs and libraries. Links into /usr become mounts of what they lead to: a link inside would belong to
 * the sandbox, which could replace it by one that leads the next start astray.
 */
export function systemMounts(): Mount[] {
  return SYSTEM_DIRS.flatMap((path) => {
    const from = directoryBehind(path)
    return from === null ? [] : [{ from, to: path }]
  })
}

/** Nothing but programs of the system: a link that leads elsewhere is not followed. */
function directoryBehind(path: string): string | null {
  try {
    const stat = lstatSync(path)
    if (stat.isDirectory()) return path
    if (!stat.isSymbolicLink() || readlinkSync(path) === '/') return null
    const target = realpathSync(path)
    return target.startsWith('/usr/') && lstatSync(target).isDirectory() ? target : null
  } catch {
    return null
  }
}

import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../steps/paths.mjs'

/** `nobody`, who owns nothing on any Linux. */
const USER_ID = '65534'

/**
 * The same command as an ordinary user. A checkout below /root is closed to others, so it is mounted where they may go, in a
 * mount namespace that ends with the command; where there is no right to do that, it is run where it is.
 */
export function asOrdinaryUser(command, home) {
  const visible = join(home, 'checkout')
  mkdirSync(visible)
  const drop = ['setpriv', `--reuid=${USER_ID}`, `--regid=${USER_ID}`, '--clear-groups', '--']
  const clean = ['env', `HOME=${home}`, 'USER=nobody', 'LOGNAME=nobody', `TMPDIR=${tmpdir()}`]
  if (!canMount()) return [...drop, ...clean, ...command]
  const mount = 'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"'
  return [
    'unshare',
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    mount,
    'sh',
    root,
    visible,
    ...drop,
    ...clean,
    ...command,
  ]
}

function canMount() {
  return spawnSync('unshare', ['--mount', 'true'], { stdio: 'ignore' }).status === 0
}

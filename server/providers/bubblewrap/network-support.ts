import { closeSync, openSync, statSync } from 'node:fs'
import { findProgram } from './tools'

const TUN_DEVICE = '/dev/net/tun'
const OPEN_TO_ALL = 0o006
const PROGRAMS: Record<string, string> = {
  slirp4netns: 'slirp4netns',
  ip: 'iproute2',
  unshare: 'util-linux',
}

/** What keeps sandboxes of this machine from having a network, as a sentence, with the command that mends it. */
export interface NetworkLack {
  reason: string
  remedy: string
}

export function networkLack(device = TUN_DEVICE): NetworkLack | null {
  for (const [program, debianPackage] of Object.entries(PROGRAMS)) {
    if (findProgram(program) === null)
      return { reason: `this machine has no ${program}.`, remedy: `sudo apt install ${debianPackage}` }
  }
  return deviceLack(device)
}

/** slirp4netns opens it as the sandbox's user, who is nobody's but its own. */
function deviceLack(path: string): NetworkLack | null {
  const device = statSync(path, { throwIfNoEntry: false })
  if (device === undefined)
    return {
      reason: `this machine has no ${path}.`,
      remedy: `sudo sh -c 'mkdir -p /dev/net && mknod -m 666 ${path} c 10 200'; in a container, run it with --device ${path}`,
    }
  if ((device.mode & OPEN_TO_ALL) !== OPEN_TO_ALL)
    return {
      reason: `unprivileged users cannot open ${path}.`,
      remedy: `sudo chmod 666 ${path}`,
    }
  try {
    closeSync(openSync(path, 'r+'))
    return null
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    return {
      reason: `${path} cannot be opened (${cause}).`,
      remedy: `sudo modprobe tun; in a container, run it with --device ${path}`,
    }
  }
}

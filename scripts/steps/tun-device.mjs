import { statSync } from 'node:fs'
import { say } from './progress.mjs'
import { rightToAdminister } from './right-to-administer.mjs'
import { runCommand } from './run-command.mjs'

const DEVICE = '/dev/net/tun'
/** Of the kernel's devices.txt: the same on every Linux. */
const NUMBERS = ['c', '10', '200']
const OPEN_TO_ALL = 0o006
const REMEDY = `sudo sh -c 'mkdir -p /dev/net; [ -e ${DEVICE} ] || mknod ${DEVICE} ${NUMBERS.join(' ')}; chmod 666 ${DEVICE}'`

/**
 * slirp4netns opens this device as the sandbox's own unprivileged user. Where udev runs it is open to all: it gives no right
 * but to make interfaces in a network namespace of one's own. Machines without udev, small virtual ones and containers
 * among them, have it closed or not at all.
 */
export async function ensureTunDevice() {
  if (isOpenToAll()) return
  const prefix = rightToAdminister()
  if (prefix !== null) {
    const [command, ...args] = [...prefix, 'sh', '-c', SCRIPT]
    await runCommand('tun-device', command, args).catch(() => undefined)
    if (isOpenToAll()) return say(`Opened ${DEVICE} to unprivileged users, as udev does.`)
  }
  say(`Sandboxes have no network: unprivileged users cannot open ${DEVICE}. Open it with:\n\n  ${REMEDY}\n`)
}

const SCRIPT = `mkdir -p /dev/net && { [ -e ${DEVICE} ] || mknod ${DEVICE} ${NUMBERS.join(' ')}; } && chmod 666 ${DEVICE}`

function isOpenToAll() {
  const found = statSync(DEVICE, { throwIfNoEntry: false })
  return found?.isCharacterDevice() === true && (found.mode & OPEN_TO_ALL) === OPEN_TO_ALL
}

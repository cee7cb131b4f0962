import { signalGroup } from './user-process'

/** For a program to save what it must; then it is ended whatever it does. */
const GRACE_MS = 2_000

/**
 * Asks a process group to end, and ends it after a grace. The second signal goes out even when the leader is gone by then:
 * its children may not be. A group id stays taken while one member lives, so it can hit no stranger.
 */
export function endGroup(child: { pid: number }, first: NodeJS.Signals = 'SIGTERM'): void {
  signalGroup(child.pid, first)
  // A stopped process takes a signal only once it goes on.
  signalGroup(child.pid, 'SIGCONT')
  setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS).unref()
}

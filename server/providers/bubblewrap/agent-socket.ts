import { closeSync, constants, fstatSync, lstatSync, openSync, renameSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { SandboxError } from '@/lib/errors'
import type { SandboxPlaces } from './places'

/** Not among Node's constants; the same on x86_64 and aarch64. A path descriptor names a file without opening it. */
const O_PATH = 0o10000000
const CONNECT_TIMEOUT_MS = 5_000

/**
 * The agent's socket as the host holds it. Whatever the sandbox's code does, this is the file that the agent listened on
 * when it became ready: it was moved out of the sandbox's sight at once, and is connected to by descriptor, not by name.
 */
export class AgentSocket {
  readonly inode: number
  readonly #fd: number

  private constructor(fd: number, inode: number) {
    this.#fd = fd
    this.inode = inode
  }

  /** Takes the socket of an agent that has just become ready. */
  static take(places: SandboxPlaces, uid: number): AgentSocket {
    const made = `${places.socketDir}/agent.sock`
    const stat = lstatSync(made, { throwIfNoEntry: false })
    if (stat === undefined || !stat.isSocket()) throw refused('it made no socket')
    renameSync(made, places.socket)
    const moved = lstatSync(places.socket)
    if (moved.nlink !== 1 || moved.uid !== uid || moved.ino !== stat.ino)
      throw refused('its socket was exchanged')
    return AgentSocket.open(places, moved.ino)
  }

  /** Opens the one taken earlier, perhaps by an earlier process of ours. */
  static open(places: SandboxPlaces, inode: number): AgentSocket {
    const fd = openSync(places.socket, O_PATH | constants.O_NOFOLLOW)
    const stat = fstatSync(fd)
    if (stat.isSocket() && stat.ino === inode) return new AgentSocket(fd, inode)
    closeSync(fd)
    throw refused('its socket is not the one it started with')
  }

  connect(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      // Through the descriptor; also, a path may be longer than the 107 bytes that an address of a socket holds.
      const socket = connect({ path: `/proc/self/fd/${this.#fd}` })
      const timer = setTimeout(() => socket.destroy(new Error('timed out')), CONNECT_TIMEOUT_MS)
      const fail = (cause: Error) => {
        clearTimeout(timer)
        reject(
          new SandboxError('sandbox_stopped', 'The sandbox does not answer; it may have ended.', { cause }),
        )
      }
      socket.once('error', fail)
      socket.once('connect', () => {
        clearTimeout(timer)
        socket.off('error', fail)
        resolve(socket)
      })
    })
  }

  close(): void {
    closeSync(this.#fd)
  }
}

function refused(reason: string): SandboxError {
  return new SandboxError('provider_failed', `The agent of the sandbox is not to be trusted: ${reason}.`)
}

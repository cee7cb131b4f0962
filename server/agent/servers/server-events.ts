import type { ServersMessage } from '@/server/agent-contract/servers'
import type { Socket, SocketHandler } from '../router'
import { SocketFlow } from '../socket-flow'
import { findServer, listServers, onServerChange } from './servers'

/** Several changes at once, as when a process ends and another begins, are told as one. */
const GATHER_MS = 30

/** WS /servers/events. However slow its reader, what waits is at most one slug per server. */
export class ServerEvents implements SocketHandler {
  readonly #changed = new Set<string>()
  #flow: SocketFlow | undefined
  #stopListening: (() => void) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #isReady = false

  open(socket: Socket): void {
    this.#flow = new SocketFlow(socket)
    for (const { slug } of listServers()) this.#changed.add(slug)
    this.#stopListening = onServerChange((slug) => {
      this.#changed.add(slug)
      this.#timer ??= setTimeout(() => this.#tell(), GATHER_MS)
    })
    this.#tell()
  }

  message(): void {
    // This stream only talks.
  }

  drain(): void {
    this.#flow?.drained()
    this.#tell()
  }

  close(): void {
    this.#flow = undefined
    this.#stopListening?.()
    clearTimeout(this.#timer)
  }

  #tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const slug of this.#changed) {
      if (!this.#flow || this.#flow.isBlocked) return
      this.#changed.delete(slug)
      this.#say(slug)
    }
    if (this.#isReady || !this.#flow) return
    this.#isReady = true
    this.#flow.say({ type: 'ready' } satisfies ServersMessage)
  }

  #say(slug: string): void {
    const server = listServers().find((each) => each.slug === slug) && findServer(slug)
    const message: ServersMessage = server
      ? { type: 'changed', server: server.record() }
      : { type: 'removed', slug }
    // Not taken, it is told again when the socket has room.
    if (this.#flow?.say(message) === false) this.#changed.add(slug)
  }
}

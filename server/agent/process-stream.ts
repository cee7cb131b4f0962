import { ProcessStreamClientMessage, type ProcessStreamMessage } from '@/server/agent-contract'
import type { BackgroundProcess } from './background-process'
import { parseJson } from './json-body'
import type { Socket, SocketHandler } from './router'
import { SocketFlow } from './socket-flow'

const FRAME_BYTES = 64 * 1024
const FINISHED = 1000
const UNREADABLE = 4400

/**
 * WS /processes/{id}/stream: both outputs in the order in which they came, then the exit. `offset` counts the bytes of
 * both together, which a reader that comes back has as the sum of what it took of each. A follower goes on where the last
 * one stopped, and holds the process to its pace.
 */
export class ProcessStream implements SocketHandler {
  readonly #process: BackgroundProcess
  readonly #isFollower: boolean
  #cursor: number
  #flow: SocketFlow | undefined
  #stopListening: (() => void) | undefined
  #isDone = false

  /** Without an `offset` it is a follower. */
  constructor(process: BackgroundProcess, offset: number | undefined) {
    this.#process = process
    this.#isFollower = offset === undefined
    this.#cursor = Math.min(offset ?? process.pace.takenOffset, process.log.endOffset('both'))
  }

  get sentOffset(): number {
    return this.#cursor
  }

  open(socket: Socket): void {
    this.#flow = new SocketFlow(socket)
    this.#stopListening = this.#process.onChange(() => this.#pump())
    if (this.#isFollower) this.#process.pace.add(this)
    this.#pump()
  }

  message(_socket: Socket, message: string | Uint8Array): void {
    try {
      const { offset } = parseJson(String(message), ProcessStreamClientMessage)
      if (this.#isFollower) this.#process.pace.taken(offset)
    } catch {
      this.#flow?.close(UNREADABLE, 'This is not a message that a process takes.')
    }
  }

  drain(): void {
    this.#flow?.drained()
    this.#pump()
  }

  close(): void {
    this.#flow = undefined
    this.#stopListening?.()
    this.#process.pace.remove(this)
  }

  #pump(): void {
    while (this.#flow && !this.#flow.isBlocked && !this.#isDone) {
      const next = this.#process.log.next(this.#cursor, FRAME_BYTES)
      if (!next) break
      const { stream, offset, bytes } = next
      if (next.cursor > this.#cursor) this.#say({ type: 'gap', stream, offset })
      this.#say({ type: 'output', stream, offset, position: next.cursor })
      // Taken in any case: only a closed socket says no to less than its whole queue.
      this.#flow.send(bytes)
      this.#cursor = next.cursor + bytes.length
    }
    if (this.#isFollower) this.#process.pace.update()
    if (this.#flow && !this.#flow.isBlocked && !this.#process.isRunning) this.#finish()
  }

  #finish(): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#say({ type: 'exit', ...this.#process.result })
    this.#flow?.close(FINISHED, 'The process has ended.')
  }

  #say(message: ProcessStreamMessage): void {
    this.#flow?.say(message)
  }
}

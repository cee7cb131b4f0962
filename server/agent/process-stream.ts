import type { ProcessStreamMessage } from '@/server/agent-contract'
import type { BackgroundProcess } from './background-process'
import type { Socket, SocketHandler } from './router'
import { SocketFlow } from './socket-flow'

const FRAME_BYTES = 64 * 1024
const FINISHED = 1000

/**
 * WS /processes/{id}/stream: both outputs in the order in which they came, then the exit. `offset` counts the bytes of
 * both together, which a reader that comes back has as the sum of what it took of each.
 */
export class ProcessStream implements SocketHandler {
  readonly #process: BackgroundProcess
  #cursor: number
  #flow: SocketFlow | undefined
  #stopListening: (() => void) | undefined
  #isDone = false

  constructor(process: BackgroundProcess, offset: number) {
    this.#process = process
    this.#cursor = Math.min(offset, process.log.endOffset('both'))
  }

  open(socket: Socket): void {
    this.#flow = new SocketFlow(socket)
    this.#stopListening = this.#process.onChange(() => this.#pump())
    this.#pump()
  }

  message(): void {
    // This stream only talks.
  }

  drain(): void {
    this.#flow?.drained()
    this.#pump()
  }

  close(): void {
    this.#flow = undefined
    this.#stopListening?.()
  }

  #pump(): void {
    while (this.#flow && !this.#flow.isBlocked && !this.#isDone) {
      const next = this.#process.log.next(this.#cursor, FRAME_BYTES)
      if (!next) break
      const { stream, offset, bytes } = next
      if (next.cursor > this.#cursor) this.#say({ type: 'gap', stream, offset })
      this.#say({ type: 'output', stream, offset })
      // Taken in any case: only a closed socket says no to less than its whole queue.
      this.#flow.send(bytes)
      this.#cursor = next.cursor + bytes.length
    }
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

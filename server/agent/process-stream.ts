import type { ProcessStreamMessage } from '@/server/agent-contract'
import type { BackgroundProcess } from './background-process'
import type { Socket, SocketHandler } from './router'

const FRAME_BYTES = 64 * 1024
const FINISHED = 1000

/**
 * WS /processes/{id}/stream: both outputs in the order in which they came, then the exit. `offset` counts the bytes of
 * both together, which a reader that comes back has as the sum of what it took of each.
 */
export class ProcessStream implements SocketHandler {
  readonly #process: BackgroundProcess
  #cursor: number
  #socket: Socket | undefined
  #stopListening: (() => void) | undefined
  #isBlocked = false
  #isDone = false

  constructor(process: BackgroundProcess, offset: number) {
    this.#process = process
    this.#cursor = Math.min(offset, process.log.endOffset('both'))
  }

  open(socket: Socket): void {
    this.#socket = socket
    this.#stopListening = this.#process.onChange(() => this.#pump())
    this.#pump()
  }

  message(): void {
    // This stream only talks.
  }

  drain(): void {
    this.#isBlocked = false
    this.#pump()
  }

  close(): void {
    this.#socket = undefined
    this.#stopListening?.()
  }

  #pump(): void {
    while (this.#socket && !this.#isBlocked && !this.#isDone) {
      const next = this.#process.log.next(this.#cursor, FRAME_BYTES)
      if (!next) break
      const { stream, offset, bytes } = next
      if (next.cursor > this.#cursor) this.#say({ type: 'gap', stream, offset })
      this.#say({ type: 'output', stream, offset })
      // Less than one frame is ever waiting before this, so it is taken, at most to be sent later (-1).
      if (this.#socket.sendBinary(bytes as Uint8Array<ArrayBuffer>) <= 0) this.#isBlocked = true
      this.#cursor = next.cursor + bytes.length
    }
    if (!this.#isBlocked && !this.#process.isRunning) this.#finish()
  }

  #finish(): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#say({ type: 'exit', ...this.#process.result })
    this.#socket?.close(FINISHED, 'The process has ended.')
  }

  #say(message: ProcessStreamMessage): void {
    this.#socket?.sendText(JSON.stringify(message))
  }
}

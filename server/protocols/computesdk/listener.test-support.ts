import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Answer, TestSandbox } from '../stack.test-support'

interface Message {
  type: string
  channel?: string
  data?: Answer
}

/** A socket on a sandbox's /ws that keeps what it is told, in order. */
export class TestListener {
  readonly messages: Message[] = []
  isClosed = false
  readonly #socket: WebSocket
  readonly #waiting = new Set<() => void>()

  static async open({ url, token }: TestSandbox): Promise<TestListener> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?protocol=json&token=${token}`)
    const listener = new TestListener(socket)
    await once(socket, 'open')
    return listener
  }

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data) => {
      this.messages.push(JSON.parse(data.toString()))
      this.#wake()
    })
    socket.on('close', () => {
      this.isClosed = true
      this.#wake()
    })
  }

  subscribe(channel: string): void {
    this.#socket.send(JSON.stringify({ type: 'subscribe', channel }))
  }

  /** What came with messages of this type on this channel. */
  dataOf(type: string, channel: string): Answer[] {
    return this.messages
      .filter((message) => message.type === type && message.channel === channel)
      .map(({ data }) => data)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Looked at after each message. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake)
          resolve()
        }
        this.#waiting.add(wake)
      })
    }
  }

  close(): void {
    this.#socket.close()
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }
}

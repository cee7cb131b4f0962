import { once } from 'node:events'
import WebSocket from 'ws'
import type { SandboxClient } from '@/lib/client/sandbox-client'
import { TerminalServerMessage } from '@/lib/protocol/terminal-stream'

/** A viewer that acknowledges at once: what is measured is the way, not the reader. */
const ACK_STEP_BYTES = 64 * 1024
/** A minute is beyond every figure that is aimed at. */
const PATIENCE_MS = 60_000

/** A terminal of a sandbox over a plain WebSocket, for measuring. */
export class BenchTerminal {
  readonly #socket: WebSocket
  #offset = 0
  #acknowledged = 0
  #onBytes: ((bytes: Buffer) => void) | null = null
  #onLost: (() => void) | null = null

  static async open(client: SandboxClient): Promise<BenchTerminal> {
    const { id } = await client.createTerminal({ cols: 80, rows: 24 })
    const socket = new WebSocket(client.terminalStreamUrl(id, 0), { perMessageDeflate: false })
    const terminal = new BenchTerminal(socket)
    await once(socket, 'open')
    return terminal
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('close', () => this.#onLost?.())
    socket.on('message', (data: Buffer, isBinary: boolean) =>
      isBinary ? this.#take(data) : this.#note(data),
    )
  }

  write(text: string): void {
    this.#socket.send(Buffer.from(text))
  }

  /** Resolves when the output has come to satisfy `isEnough`, which sees every chunk once. */
  until(isEnough: (bytes: Buffer) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer)
        this.#onBytes = null
        this.#onLost = null
        end()
      }
      const fail = (what: string) => settle(() => reject(new Error(what)))
      const timer = setTimeout(() => fail('the terminal did not say what was waited for'), PATIENCE_MS)
      this.#onLost = () => fail('the terminal closed')
      this.#onBytes = (bytes) => {
        if (isEnough(bytes)) settle(resolve)
      }
    })
  }

  close(): void {
    this.#socket.close()
  }

  #take(bytes: Buffer): void {
    this.#offset += bytes.length
    this.#onBytes?.(bytes)
    if (this.#offset - this.#acknowledged < ACK_STEP_BYTES) return
    this.#acknowledged = this.#offset
    this.#socket.send(JSON.stringify({ type: 'ack', offset: this.#offset }))
  }

  #note(data: Buffer): void {
    const message = TerminalServerMessage.parse(JSON.parse(data.toString()))
    if (message.type === 'start' || message.type === 'gap') this.#offset = message.offset
  }
}

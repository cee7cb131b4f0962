import { connect, type Socket } from 'node:net'
import { TerminalServerMessage } from '@/lib/protocol/terminal-stream'
import { FrameParser } from './frame-parser'

/** As the workbench acknowledges. */
const ACK_STEP_BYTES = 64 * 1024
const READ_BYTES = 256 * 1024
const TEXT_FRAME = 0x81
const BINARY_FRAME = 0x82
const IS_MASKED = 0x80
/** Longer input needs another header. */
const MAX_INPUT_BYTES = 0xffff
/** Any will do where nobody on the way could be misled. */
const MASK = [0, 0, 0, 0]
const KEY = Buffer.alloc(16).toString('base64')

/**
 * A viewer that reads and drops, as the reader of the raw PTY does: what is measured is the way, and no more of the reader
 * than there. So it speaks just as much WebSocket as it needs, and reads into one buffer.
 */
export class FloodReader {
  /** What the sandbox did not keep until this viewer could take it. */
  skippedBytes = 0
  readonly #socket: Socket
  readonly #frames: FrameParser
  #onBytes: (bytes: Buffer) => void = () => undefined
  #isOpen = false
  #offset = 0
  #acknowledged = 0

  constructor(url: URL) {
    this.#frames = new FrameParser(
      (text) => this.#note(text),
      (bytes) => {
        this.#offset += bytes.length
        this.#onBytes(bytes)
      },
    )
    const buffer = Buffer.alloc(READ_BYTES)
    const callback = (size: number) => {
      this.#take(buffer.subarray(0, size))
      return true
    }
    this.#socket = connect({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: { buffer, callback },
    })
    this.#socket.write(
      `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`,
    )
  }

  /** Types `input`; resolves when the output has come to satisfy `isEnough`, which sees every piece once and keeps none. */
  until(isEnough: (bytes: Buffer) => boolean, input: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('error', reject)
      this.#socket.once('close', () => reject(new Error('the terminal closed')))
      this.#onBytes = (bytes) => {
        if (isEnough(bytes)) resolve()
      }
      this.#send(BINARY_FRAME, input)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(bytes: Buffer): void {
    if (this.#isOpen) this.#frames.take(bytes)
    else this.#open(bytes)
    if (this.#offset - this.#acknowledged < ACK_STEP_BYTES) return
    this.#acknowledged = this.#offset
    this.#send(TEXT_FRAME, JSON.stringify({ type: 'ack', offset: this.#offset }))
  }

  #open(answer: Buffer): void {
    const end = answer.indexOf('\r\n\r\n')
    if (!answer.toString('latin1').startsWith('HTTP/1.1 101 ') || end < 0)
      throw new Error(`the terminal did not open: ${answer.toString('latin1').slice(0, 300)}`)
    this.#isOpen = true
    this.#frames.take(answer.subarray(end + 4))
  }

  #note(text: string): void {
    const message = TerminalServerMessage.parse(JSON.parse(text))
    if (message.type === 'gap') this.skippedBytes += message.offset - this.#offset
    if (message.type === 'start' || message.type === 'gap') this.#offset = message.offset
  }

  #send(kind: number, text: string): void {
    const payload = Buffer.from(text)
    if (payload.length > MAX_INPUT_BYTES) throw new Error('too long for one frame')
    const long = [IS_MASKED | 126, payload.length >> 8, payload.length & 0xff]
    const length = payload.length < 126 ? [IS_MASKED | payload.length] : long
    this.#socket.write(Buffer.concat([Buffer.from([kind, ...length, ...MASK]), payload]))
  }
}

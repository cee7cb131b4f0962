import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'

const SECRET = 'a-secret-of-the-tests'
const root = fileURLToPath(new URL('../..', import.meta.url))

interface Reply {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
  /** What the body says as JSON. */
  json: <T>() => T
}

interface CallOptions {
  body?: Buffer | string | object
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** The real executable on a socket of its own, with a directory to work in. For tests; the agent itself never imports it. */
export interface TestAgent {
  home: string
  directory: string
  socketPath: string
  pid: number
  call: (method: string, path: string, options?: CallOptions) => Promise<Reply>
  open: (path: string, headers?: Record<string, string>) => Promise<TestSocket>
  /** Ends it as a stop of the sandbox does: what it kept is there for `startAgent(wrapper, home)`. */
  crash: () => Promise<void>
  stop: () => Promise<void>
}

/** `wrapper`: what the agent is started under, such as a namespace of its own. */
export async function startAgent(wrapper: string[] = [], home?: string): Promise<TestAgent> {
  const executable = execFileSync('node', ['scripts/build-agent.mjs'], { cwd: root, encoding: 'utf8' }).trim()
  const directory = home ?? mkdtempSync(join(tmpdir(), 'sandlot-agent-'))
  // For an agent that runs as another user.
  chmodSync(directory, 0o777)
  const socketPath = join(directory, 'agent.sock')
  rmSync(socketPath, { force: true })
  const [program = '', ...args] = [...wrapper, executable, '--socket', socketPath]
  const hidden = { SANDLOT_HIDDEN: 'not for users', BUN_JSC_numberOfGCMarkers: '1' }
  const state = { SANDLOT_STATE_DIR: join(directory, 'state') }
  const env = { ...process.env, ...hidden, ...state, BASH_ENV: '' }
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env })
  child.stdin.end(`${SECRET}\n`)
  await once(child.stdout, 'data')
  const work = join(directory, 'work')
  const call: TestAgent['call'] = (method, path, options) => callAgent(socketPath, method, path, options)
  await call('POST', '/configure', { body: { directory: work, environment: {} } })
  const crash = async () => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  return {
    home: directory,
    directory: work,
    socketPath,
    pid: child.pid ?? 0,
    call,
    open: (path, headers) => TestSocket.open(socketPath, path, headers),
    crash,
    stop: async () => {
      await crash()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function callAgent(
  socketPath: string,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Reply> {
  const { body, headers = {}, signal } = options
  const isJson = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)
  return new Promise((resolve, reject) => {
    const outgoing = request({
      // A connection of its own: while a test holds this process up, the agent may close an idle one unseen.
      agent: false,
      socketPath,
      method,
      path,
      headers: { authorization: `Bearer ${SECRET}`, ...headers },
      ...(signal && { signal }),
    })
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const whole = Buffer.concat(chunks)
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: whole,
          json: () => JSON.parse(whole.toString()),
        })
      })
    })
    outgoing.end(isJson ? JSON.stringify(body) : body)
  })
}

/** A WebSocket that keeps what it was told, in order. */
export class TestSocket {
  readonly messages: Record<string, unknown>[] = []
  readonly frames: Buffer[] = []
  closed: { code: number; reason: string } | undefined
  readonly #socket: WebSocket
  readonly #waiters = new Set<() => void>()

  static open(socketPath: string, path: string, headers: Record<string, string> = {}): Promise<TestSocket> {
    const socket = new WebSocket(`ws+unix:${socketPath}:${path}`, {
      headers: { authorization: `Bearer ${SECRET}`, ...headers },
    })
    const opened = new TestSocket(socket)
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve(opened))
      socket.on('unexpected-response', (_request, response) => {
        response.resume()
        reject(new Error(`status ${response.statusCode}`))
      })
      socket.on('error', reject)
    })
  }

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.frames.push(data)
      else this.messages.push(JSON.parse(data.toString()))
      this.#wake()
    })
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
      this.#wake()
    })
  }

  get output(): Buffer {
    return Buffer.concat(this.frames)
  }

  get text(): string {
    return this.output.toString()
  }

  get outputBytes(): number {
    return this.frames.reduce((sum, frame) => sum + frame.length, 0)
  }

  send(data: string | Buffer | object): void {
    this.#socket.send(typeof data === 'string' || Buffer.isBuffer(data) ? data : JSON.stringify(data))
  }

  /** Input as bytes. */
  type(text: string): void {
    this.#socket.send(Buffer.from(text))
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  find(type: string): Record<string, unknown> | undefined {
    return this.messages.find((message) => message.type === type)
  }

  /** Resolves as soon as the condition holds, which is looked at after each message. */
  async until(condition: () => unknown): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiters.delete(wake)
          resolve()
        }
        this.#waiters.add(wake)
      })
    }
  }

  async close(): Promise<void> {
    this.#socket.close()
    await this.until(() => this.closed)
  }

  /** As when the other end vanishes. */
  terminate(): void {
    this.#socket.terminate()
  }

  #wake(): void {
    for (const wake of this.#waiters) wake()
  }
}

/** For what no event tells: asks until the answer is right. The test's own time limit ends it otherwise. */
export async function eventually(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
}

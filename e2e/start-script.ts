import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { serverEnvironment } from './running-server'

const root = fileURLToPath(new URL('../', import.meta.url))
const SAYS_TIMEOUT_MS = 60_000

export interface StartOptions {
  /** The checkout; this one by default. */
  folder?: string
  settings?: Record<string, string>
  /** Another script than that of `npm start`, with its arguments. */
  program?: string[]
  node?: string
  /** The program that runs it, such as `unshare`, with its arguments. */
  within?: string[]
}

/** `node scripts/start.mjs` or another of our scripts, in a process group of its own as a shell gives one, for what happens around a start. */
export class StartScript {
  output = ''
  readonly exited: Promise<number | NodeJS.Signals | null>
  readonly #child: ChildProcess
  #onOutput: () => void = () => undefined

  constructor({
    folder = root,
    settings = {},
    node = process.execPath,
    within = [],
    ...options
  }: StartOptions = {}) {
    const [first = node, ...rest] = [...within, node, ...(options.program ?? ['scripts/start.mjs'])]
    this.#child = spawn(first, rest, {
      cwd: folder,
      env: serverEnvironment({ PORT: '0', ...settings }),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    this.exited = once(this.#child, 'close').then(([code, signal]) => code ?? signal)
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString()
        this.#onOutput()
      })
  }

  /** Waits for it to say so, and gives what the expression captures. */
  async says(expected: RegExp): Promise<string> {
    let timer: NodeJS.Timeout | undefined
    const said = new Promise<void>((resolve) => {
      this.#onOutput = () => {
        if (expected.test(this.output)) resolve()
      }
      timer = setTimeout(resolve, SAYS_TIMEOUT_MS)
      this.#onOutput()
    })
    await Promise.race([said, this.exited])
    clearTimeout(timer)
    const match = expected.exec(this.output)
    if (match === null) throw new Error(`It did not say ${expected}:\n${this.output}`)
    return match[1] ?? match[0]
  }

  /** As Ctrl-C in its terminal does. */
  interrupt(): void {
    this.signalGroup('SIGINT')
  }

  /** To itself and not to what it started, as a service manager might. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Fine when it has ended. */
  async end(): Promise<void> {
    this.signalGroup('SIGTERM')
    await this.exited
  }

  /** Whether anything that it started in its own group still runs. */
  get isGroupAlive(): boolean {
    return this.signalGroup(0)
  }

  signalGroup(signal: NodeJS.Signals | 0): boolean {
    if (this.#child.pid === undefined) return false
    try {
      return process.kill(-this.#child.pid, signal)
    } catch {
      return false
    }
  }
}

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { SandboxesClient } from '@/lib/client/sandboxes'

const root = fileURLToPath(new URL('../', import.meta.url))
const START_TIMEOUT_MS = 30_000
const STOP_TIMEOUT_MS = 15_000
/** The one line of the start that a person acts on. */
const SIGN_IN_URL = /https?:\/\/[^\s"]+\/sign-in#[^\s"]+/g

/**
 * The real server, as `npm start` runs it, with a data directory of its own. It may be killed and started again on the same
 * port and directory; its sandboxes go on meanwhile, and end with `dispose`.
 */
export class RunningServer {
  readonly port: number
  readonly dataDir: string
  readonly url: string
  /** Everything it printed, in all its starts. */
  output = ''
  readonly #settings: Record<string, string>
  #process: ChildProcess | null = null
  #apiKey: Promise<string> | null = null

  static async start(settings: Record<string, string> = {}): Promise<RunningServer> {
    const dataDir = await mkdtemp(join(tmpdir(), 'sandlot-e2e-'))
    // Sandboxes run as users of their own, who must be able to pass.
    await chmod(dataDir, 0o711)
    const server = new RunningServer(await freePort(), dataDir, settings)
    try {
      await server.start()
    } catch (error) {
      await server.#end('SIGKILL')
      await rm(dataDir, { recursive: true, force: true })
      throw error
    }
    return server
  }

  private constructor(port: number, dataDir: string, settings: Record<string, string>) {
    this.port = port
    this.dataDir = dataDir
    this.url = `http://localhost:${port}`
    this.#settings = settings
  }

  /** The link of the latest start; a new one each time, good for one use. */
  get signInUrl(): string {
    const urls = [...this.output.matchAll(SIGN_IN_URL)]
    const url = urls.at(-1)?.[0]
    if (url === undefined) throw new Error(`the server printed no sign-in link:\n${this.output}`)
    return url
  }

  /** Of the server that runs now. */
  get pid(): number {
    const pid = this.#process?.pid
    if (pid === undefined) throw new Error('the server does not run')
    return pid
  }

  async start(): Promise<void> {
    const main = join(root, '.build/server/main.js')
    if (!existsSync(main)) throw new Error('Sandlot is not built: run npm run setup first.')
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      cwd: root,
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#process = child
    // Whoever started it may be ended before `dispose`.
    const end = () => child.kill('SIGKILL')
    process.once('exit', end)
    child.once('exit', () => process.off('exit', end))
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.output += chunk.toString()
      })
    }
    await this.#isReady(child)
  }

  /** As a crash or a power cut would end it. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** A client of the API with a key made on the command line, as an operator makes one. */
  async sandboxes(): Promise<SandboxesClient> {
    return new SandboxesClient({ baseUrl: this.url, token: await this.apiKey() })
  }

  apiKey(): Promise<string> {
    this.#apiKey ??= this.#createApiKey()
    return this.#apiKey
  }

  /** Ends every sandbox of whatever owner, the server, and all that is on disk. */
  async dispose(): Promise<void> {
    await this.#endSandboxes()
    await this.#end('SIGTERM')
    await rm(this.dataDir, { recursive: true, force: true })
  }

  async #endSandboxes(): Promise<void> {
    if (this.#process === null) await this.start()
    const sandboxes = await this.sandboxes()
    const made = await sandboxes.list()
    await Promise.all(made.map(({ sandboxId }) => sandboxes.delete(sandboxId)))
  }

  /** As `npm run sign-in` makes one: a link is good once. */
  async newSignInUrl(): Promise<string> {
    const output = await this.#run('sign-in')
    const url = output.match(SIGN_IN_URL)?.[0]
    if (url === undefined) throw new Error(`npm run sign-in printed no link:\n${output}`)
    return url
  }

  async #createApiKey(): Promise<string> {
    const output = await this.#run('key', 'create', 'e2e')
    const key = /^sl_\S+$/m.exec(output)?.[0]
    if (key === undefined) throw new Error(`npm run key -- create printed no key:\n${output}`)
    return key
  }

  async #run(program: string, ...args: string[]): Promise<string> {
    const file = join(root, `.build/server/${program}.js`)
    const run = promisify(execFile)
    const { stdout } = await run(process.execPath, [file, ...args], { cwd: root, env: this.#environment() })
    return stdout
  }

  #environment(): NodeJS.ProcessEnv {
    return serverEnvironment({ PORT: String(this.port), SANDLOT_DATA_DIR: this.dataDir, ...this.#settings })
  }

  async #isReady(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${this.output}`)
      const response = await fetch(`${this.url}/readyz`).catch(() => null)
      if (response?.ok) return
      if (Date.now() > deadline) throw new Error(`the server is not ready after 30 s:\n${this.output}`)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    this.#process = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await ended
    clearTimeout(timer)
  }
}

/** Nothing of the caller's own settings: a developer's database and mail server are not for tests. */
export function serverEnvironment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(SANDLOT_|NEXTAUTH_|DATABASE_URL$|EMAIL_SERVER$|EMAIL_FROM$|PORT$|HOST$|LOG_LEVEL$)/.test(name),
  )
  return { ...Object.fromEntries(inherited), NODE_ENV: 'production', ...packageSettings(), ...settings }
}

/** Where this machine needs a registry or certificates of its own to install packages, its sandboxes need them too. */
function packageSettings(): Record<string, string> {
  const { npm_config_registry: registry, PIP_INDEX_URL: index, NODE_EXTRA_CA_CERTS: ca } = process.env
  return {
    ...(registry === undefined ? {} : { SANDLOT_PACKAGE_REGISTRY: registry }),
    ...(index === undefined ? {} : { SANDLOT_PACKAGE_INDEX: index }),
    ...(ca === undefined ? {} : { SANDLOT_PACKAGE_CA: ca }),
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

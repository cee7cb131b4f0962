import { ReadyAnswer } from '@/lib/protocol/servers'
import { EventSocket, type EventSocketOptions } from '../event-socket'
import type { SandboxClient } from '../sandbox-client'
import { Auth, MagicLinks, SessionTokens } from './auth'
import { Children } from './children'
import type { CommandResult, RunCommandOptions } from './command-options'
import { type CodeLanguage, type CodeResult, runCode, runCommand } from './commands'
import { type Connection, connectionTo, type SandboxOptions } from './connection'
import { EnvFiles } from './env'
import { Files } from './files'
import { Filesystem } from './filesystem'
import { infoOf, type SandboxInfo } from './info'
import { previewUrl, sandboxIdIn } from './preview-url'
import { Servers } from './servers'
import { Signals } from './signals'
import { Terminals } from './terminals'
import { Watchers } from './watchers'

/**
 * One sandbox. Every refusal is a SandboxError with a stable `code` and a sentence. Sockets are opened when they are needed
 * and closed when nothing needs them; `disconnect` closes them at once.
 */
export class Sandbox {
  readonly sandboxId: string
  /** Base of its own API, no slash at its end. */
  readonly sandboxUrl: string
  readonly filesystem: Filesystem
  readonly file: Files
  readonly terminal: Terminals
  readonly server: Servers
  readonly env: EnvFiles
  readonly watcher: Watchers
  readonly signals: Signals
  readonly sessionTokens: SessionTokens
  readonly magicLinks: MagicLinks
  readonly auth: Auth
  readonly child: Children
  /** Sandlot's own calls: bytes with etags and ranges, tree, search, processes, ports, snapshots. */
  readonly api: SandboxClient
  readonly #connection: Connection

  constructor(options: SandboxOptions) {
    const connection = connectionTo(options)
    const { http, api } = connection
    this.#connection = connection
    this.sandboxUrl = http.baseUrl
    this.sandboxId = options.sandboxId ?? sandboxIdIn(http.baseUrl)
    this.filesystem = new Filesystem(connection)
    this.file = new Files(connection, this.filesystem)
    this.terminal = new Terminals(connection)
    this.server = new Servers(connection)
    this.env = new EnvFiles(http)
    this.watcher = new Watchers(connection)
    this.signals = new Signals(connection)
    this.sessionTokens = new SessionTokens(http)
    this.magicLinks = new MagicLinks(http)
    this.auth = new Auth(http)
    this.child = new Children(http)
    this.api = api
  }

  /** Runs one shell string. An exit code that is not 0 is a result, not an error. `timeout` is in milliseconds. */
  runCommand(command: string, options?: RunCommandOptions): Promise<CommandResult> {
    return runCommand(this.#connection, command, options)
  }

  /** Runs code; its language is recognised where it is not named. `unsupported` where the sandbox lacks it. */
  runCode(code: string, language?: CodeLanguage): Promise<CodeResult> {
    return runCode(this.#connection, code, language)
  }

  /** As it is now. */
  async getInfo(): Promise<SandboxInfo> {
    return infoOf(await this.api.info())
  }

  /** Where a port of it is found, with the protocol of `sandboxUrl` unless told. No call is made. */
  async getUrl({ port, protocol }: { port: number; protocol?: 'http' | 'https' }): Promise<string> {
    return previewUrl(this.sandboxUrl, port, protocol)
  }

  /** Whether it runs and answers. */
  async isHealthy(): Promise<boolean> {
    return this.#connection.http.send('/health').then(
      () => true,
      () => false,
    )
  }

  /** How far its overlays and autostarted servers are. */
  ready(): Promise<ReadyAnswer> {
    return this.#connection.http.json('/ready', ReadyAnswer)
  }

  /** Its state, ports, use and changed files below `path`, as they change, until `close` is called. */
  events(
    handlers: Pick<EventSocketOptions, 'onEvent' | 'onState'>,
    options: { path?: string; ignore?: readonly string[] } = {},
  ): EventSocket {
    const { openSocket } = this.#connection
    return new EventSocket({ ...handlers, url: () => this.api.eventsUrl(options), openSocket })
  }

  /** Closes its sockets. Watchers, signals and terminals of this object hear nothing more; in the sandbox they go on. */
  disconnect(): void {
    this.#connection.channels.close()
  }

  /** Ends the sandbox with its processes and files. */
  async destroy(): Promise<void> {
    this.disconnect()
    await this.api.delete()
  }
}

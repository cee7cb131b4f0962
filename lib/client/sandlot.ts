import { SandboxError } from '@/lib/errors'
import type {
  CreateSandboxBody,
  FindOrCreateSandboxBody,
  FoundSandbox,
  SandboxSummary,
  TemplateSummary,
} from '@/lib/protocol/sandboxes'
import type { CreateSnapshotBody, SnapshotSummary } from '@/lib/protocol/snapshots'
import type { WebSocketClass } from './open-socket'
import { Sandbox } from './sandbox/sandbox'
import { SandboxesClient } from './sandboxes'

/** As often as ComputeSDK's own client asks while a sandbox is being made by somebody else. */
const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 2000
const GIVE_UP_MS = 60_000

export type SandlotOptions = {
  /** Made on the dashboard, or by `npm run key`. */
  apiKey: string
  /** Where Sandlot is, http://localhost:3000 unless told. */
  url?: string
  /** For Node before 22, which has no WebSocket of its own. */
  WebSocket?: WebSocketClass
  fetch?: typeof fetch
}

/** Makes, finds and ends sandboxes. Every refusal is a SandboxError with a stable `code` and a sentence. */
export class Sandlot {
  readonly snapshots: Snapshots
  readonly #options: SandlotOptions
  readonly #sandboxes: SandboxesClient

  constructor(options: SandlotOptions) {
    const { apiKey, url = 'http://localhost:3000', fetch } = options
    const baseUrl = url.replace(/\/+$/, '')
    this.#options = options
    this.#sandboxes = new SandboxesClient({ baseUrl, token: apiKey, ...(fetch ? { fetch } : {}) })
    this.snapshots = new Snapshots(this.#sandboxes)
  }

  /** `timeout` in milliseconds. The sandbox that it resolves to runs. */
  async create(options: CreateSandboxBody = {}): Promise<Sandbox> {
    return this.#connect(await this.#sandboxes.create(options))
  }

  /** Null where you have none of that id. */
  async getById(id: string): Promise<Sandbox | null> {
    const found = await this.#sandboxes.get(id).catch(nullWhereNone)
    return found && this.#connect(found)
  }

  /** Null where there is none of that name; the namespace is `default` unless told. */
  async find(name: { name: string; namespace?: string }): Promise<Sandbox | null> {
    const found = await whenMade(() => this.#sandboxes.find(name).catch(nullWhereNone))
    return found && this.#connect(found)
  }

  /** The one of that name, or a new one with these options. Of several calls at once, one makes it. */
  async findOrCreate(options: FindOrCreateSandboxBody): Promise<Sandbox> {
    return this.#connect(await whenMade<never>(() => this.#sandboxes.findOrCreate(options)))
  }

  /** All of yours, newest first. */
  list(): Promise<SandboxSummary[]> {
    return this.#sandboxes.list()
  }

  /** With its processes, files and children. One that is gone already is fine. */
  async destroy(id: string): Promise<void> {
    await this.#sandboxes.delete(id).catch(nullWhereNone)
  }

  /** It lives for `duration` milliseconds from now, or longer where it does so already; 900,000 unless told. */
  extendTimeout(id: string, options: { duration?: number } = {}): Promise<SandboxSummary> {
    return this.#sandboxes.extend(id, options.duration)
  }

  /** Its processes start anew, its files are as they were. */
  start(id: string): Promise<SandboxSummary> {
    return this.#sandboxes.start(id)
  }

  /** Its processes end, its files stay. */
  stop(id: string): Promise<SandboxSummary> {
    return this.#sandboxes.stop(id)
  }

  templates(): Promise<TemplateSummary[]> {
    return this.#sandboxes.templates()
  }

  #connect(found: Reachable): Sandbox {
    const { apiKey, WebSocket, fetch } = this.#options
    return new Sandbox({
      sandboxUrl: found.url,
      sandboxId: found.sandboxId,
      // No token is told twice; the key opens what it made.
      token: found.token ?? apiKey,
      ...(WebSocket ? { WebSocket } : {}),
      ...(fetch ? { fetch } : {}),
    })
  }
}

type Reachable = { sandboxId: string; url: string; token?: string | undefined }

/** The files of sandboxes as they were once; `create` with `snapshotId` begins with them. */
export class Snapshots {
  readonly #sandboxes: SandboxesClient

  constructor(sandboxes: SandboxesClient) {
    this.#sandboxes = sandboxes
  }

  /** What runs in the sandbox is paused meanwhile. */
  create(sandboxId: string, options: Omit<CreateSnapshotBody, 'sandboxId'> = {}): Promise<SnapshotSummary> {
    return this.#sandboxes.createSnapshot({ ...options, sandboxId })
  }

  /** All of yours, newest first. */
  list(): Promise<SnapshotSummary[]> {
    return this.#sandboxes.listSnapshots()
  }

  delete(id: string): Promise<void> {
    return this.#sandboxes.deleteSnapshot(id)
  }
}

async function whenMade<None extends null>(
  ask: () => Promise<FoundSandbox | None>,
): Promise<Reachable | None> {
  const startedAtMs = Date.now()
  let delayMs = FIRST_DELAY_MS
  for (;;) {
    const found = await ask()
    if (found === null) return found
    if ('sandboxId' in found && found.status !== 'creating') return found
    if (Date.now() - startedAtMs > GIVE_UP_MS)
      throw new SandboxError(
        'timed_out',
        'The sandbox of that name is still being made. Try again in a moment.',
      )
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    delayMs = Math.min(LONGEST_DELAY_MS, delayMs * 1.5)
  }
}

function nullWhereNone(error: unknown): null {
  const isNone = error instanceof SandboxError && error.status === 404
  if (isNone) return null
  throw error
}

import { SandboxError, toSandboxError } from '@/lib/errors'
import {
  SERVER_LOG_BYTES,
  type ServerBody,
  type ServerRecord,
  type ServerState,
  type ServerStatus,
} from '@/server/agent-contract/servers'
import { ProcessLog } from '../process-log'
import type { StoredServer } from './definitions'
import { LiveState } from './live-state'
import { Supervision } from './supervision'

/** Stops and restarts that wait for the one before them: more is a storm. */
const MAX_WAITING = 8

/** A server: what it is to be, how it is, and what it said. It outlives its processes. */
export class ManagedServer {
  readonly log = new ProcessLog(SERVER_LOG_BYTES)
  readonly #definition: ServerBody
  readonly #createdAtMs: number
  readonly #state: LiveState
  readonly #onInstalled: () => void
  #isInstalled: boolean
  #supervision: Supervision | undefined
  #isActive = false
  #isDeleted = false
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(stored: StoredServer, told: { onChange: () => void; onInstalled: () => void }) {
    this.#definition = stored.definition
    this.#createdAtMs = stored.createdAtMs
    this.#isInstalled = stored.isInstalled
    this.#state = new LiveState(told.onChange)
    this.#onInstalled = told.onInstalled
  }

  get slug(): string {
    return this.#definition.slug
  }

  /** Has processes, is about to have some, or is being stopped or started. */
  get isActive(): boolean {
    return this.#isActive || this.#waiting > 0
  }

  get stored(): StoredServer {
    return {
      definition: this.#definition,
      createdAtMs: this.#createdAtMs,
      isInstalled: this.#isInstalled,
    }
  }

  /** Throws what it cannot be started for; where it has nothing to wait for its process is there when this returns. */
  begin(): void {
    this.#isActive = true
    try {
      const supervision = new Supervision({
        definition: this.#definition,
        state: this.#state,
        log: this.log,
        isInstalled: this.#isInstalled,
        onInstalled: () => {
          this.#isInstalled = true
          this.#onInstalled()
        },
      })
      this.#supervision = supervision
      void supervision.ended.then(() => {
        if (this.#supervision === supervision) this.#isActive = false
      })
    } catch (thrown) {
      this.#isActive = false
      const statusReason = toSandboxError(thrown).message
      this.#state.update({ status: 'failed', statusReason, port: null, pid: null })
      throw thrown
    }
  }

  /** Fine where it does not run. */
  stop(): Promise<void> {
    return this.#inTurn(() => this.#stopNow())
  }

  /** Stops it and starts it again, counting from zero. */
  restart(): Promise<void> {
    return this.#inTurn(async () => {
      this.#state.update({ status: 'restarting', statusReason: null })
      await this.#supervision?.stop()
      this.begin()
    })
  }

  /** Stops it for good. */
  delete(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#stopNow()
      this.#isDeleted = true
    })
  }

  /** What is shown until the next change; its processes are not touched. */
  show(status: ServerStatus): void {
    this.#state.update({ status })
  }

  state(): ServerState {
    const { status, statusReason, port, isListening, health } = this.#state.live
    const { autostart } = this.#definition
    return { slug: this.slug, autostart, status, statusReason, port, isListening, health }
  }

  record(): ServerRecord {
    const { pid, restartCount, exitCode } = this.#state.live
    return {
      ...this.state(),
      definition: this.#definition,
      pid,
      restartCount,
      exitCode,
      createdAtMs: this.#createdAtMs,
      updatedAtMs: this.#state.updatedAtMs,
      statusSinceMs: this.#state.statusSinceMs,
    }
  }

  async #stopNow(): Promise<void> {
    await this.#supervision?.stop()
    this.#isActive = false
    this.#state.update({ status: 'stopped', statusReason: null })
  }

  async #inTurn(act: () => Promise<void>): Promise<void> {
    if (this.#waiting >= MAX_WAITING) {
      const message = `The server “${this.slug}” is being stopped and started ${MAX_WAITING} times already. Wait.`
      throw new SandboxError('too_many', message)
    }
    this.#waiting++
    const done = this.#turn.then(() => {
      if (this.#isDeleted) throw new SandboxError('process_not_found', `No such server: ${this.slug}`)
      return act()
    })
    this.#turn = done.catch(() => undefined)
    try {
      await done
    } finally {
      this.#waiting--
    }
  }
}

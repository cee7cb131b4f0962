import type { Port } from '@/server/agent-contract'
import type { HealthCheck } from '@/server/agent-contract/servers'
import { HealthWatch } from './health-watch'
import { type LiveState, UNCHECKED } from './live-state'
import { followOwnPorts } from './own-ports'
import type { ServerProcess } from './server-process'

/** One that ends at once, as for a spelling mistake, was never running. */
const RUNNING_AFTER_MS = 300
/** A program that was told a port and listens on another may yet come to the right one, as debuggers listen first. */
const OTHER_PORT_AFTER_MS = 3_000

export interface ReadinessOptions {
  /** What it was told to listen on. */
  port: number | undefined
  healthCheck: HealthCheck | undefined
}

/** From the start of a process to `running`, and to `ready` once it listens and, where asked, is healthy. */
export class Readiness {
  readonly #options: ReadinessOptions
  readonly #state: LiveState
  readonly #unfollow: () => void
  readonly #runningTimer: ReturnType<typeof setTimeout>
  #port: Port | undefined
  #otherSince: number | undefined
  #health: HealthWatch | undefined

  constructor(process: ServerProcess, options: ReadinessOptions, state: LiveState) {
    this.#options = options
    this.#state = state
    this.#runningTimer = setTimeout(() => {
      if (state.live.status === 'starting') state.update({ status: 'running' })
    }, RUNNING_AFTER_MS)
    this.#unfollow = followOwnPorts({ process, onLook: (ports) => this.#onLook(ports) })
  }

  close(): void {
    clearTimeout(this.#runningTimer)
    this.#unfollow()
    this.#health?.close()
  }

  #onLook(ports: Port[]): void {
    const chosen = this.#choose(ports)
    const isSame = chosen?.port === this.#port?.port && chosen?.address === this.#port?.address
    if (isSame) return
    this.#health?.close()
    this.#health = undefined
    this.#port = chosen
    if (chosen) this.#onListening(chosen)
    else this.#onSilent()
  }

  /** The port that it was told; else the one it had; else the lowest of its own. */
  #choose(ports: Port[]): Port | undefined {
    const told = ports.find(({ port }) => port === this.#options.port)
    if (told) return told
    const own = ports.filter(({ pid }) => pid !== null).sort((a, b) => a.port - b.port)
    const other = own.find(({ port }) => port === this.#port?.port) ?? own[0]
    if (other === undefined || this.#options.port === undefined) return other
    this.#otherSince ??= performance.now()
    return performance.now() - this.#otherSince < OTHER_PORT_AFTER_MS ? undefined : other
  }

  #onListening(listening: Port): void {
    const { healthCheck } = this.#options
    const { port } = listening
    this.#state.update({ port, isListening: true, status: healthCheck ? 'running' : 'ready' })
    if (healthCheck) this.#health = new HealthWatch(healthCheck, listening, this.#state)
  }

  #onSilent(): void {
    const { port = null, healthCheck } = this.#options
    this.#state.update({
      port,
      isListening: false,
      status: 'running',
      ...(healthCheck ? { health: UNCHECKED } : {}),
    })
  }
}

import type { HealthCheck } from '@/server/agent-contract/servers'
import { probeHttp } from './http-probe'
import { type LiveState, UNCHECKED } from './live-state'

const FIRST_PASS = 200
const FIRST_FAIL = 400

/** Asks a listening server how it is, again and again, until closed. The first answer that passes makes it ready. */
export class HealthWatch {
  readonly #check: HealthCheck
  readonly #state: LiveState
  readonly #target: { address: string; port: number }
  #timer: ReturnType<typeof setTimeout>
  #isClosed = false

  constructor(check: HealthCheck, target: { address: string; port: number }, state: LiveState) {
    this.#check = check
    this.#state = state
    this.#target = target
    this.#timer = setTimeout(() => void this.#look(), check.delayMs)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  async #look(): Promise<void> {
    const { path, timeoutMs, intervalMs } = this.#check
    const status = await probeHttp({ ...this.#target, path, timeoutMs })
    if (this.#isClosed) return
    this.#tell(status)
    this.#timer = setTimeout(() => void this.#look(), intervalMs)
  }

  #tell(lastStatus: number | null): void {
    const { status, health } = this.#state.live
    const isHealthy = lastStatus !== null && lastStatus >= FIRST_PASS && lastStatus < FIRST_FAIL
    const failures = isHealthy ? 0 : (health ?? UNCHECKED).consecutiveFailures + 1
    const isFirstPass = isHealthy && (status === 'starting' || status === 'running')
    this.#state.update({
      ...(isFirstPass ? { status: 'ready' } : {}),
      health: { isHealthy, lastCheckAtMs: Date.now(), lastStatus, consecutiveFailures: failures },
    })
  }
}

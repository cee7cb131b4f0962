import { SandboxError, toSandboxError } from '@/lib/errors'
import type { ServerBody } from '@/server/agent-contract/servers'
import { overlayDone } from '../overlays/overlays'
import type { ProcessLog } from '../process-log'
import { type LiveState, UNCHECKED } from './live-state'
import { releasePort, reservePort } from './port-reservation'
import { Readiness } from './readiness'
import { RestartDelay } from './restart-delay'
import { serverEnvironment } from './server-environment'
import { type Exit, ServerProcess } from './server-process'

export interface Supervised {
  definition: ServerBody
  state: LiveState
  log: ProcessLog
  /** Whether `install` has been through with success. */
  isInstalled: boolean
  onInstalled: () => void
}

/** One life of a server, from its start to its last end: overlays, installation, then process after process. */
export class Supervision {
  /** Never rejects: what went wrong is in the state. */
  readonly ended: Promise<void>
  readonly #supervised: Supervised
  readonly #definition: ServerBody
  readonly #state: LiveState
  readonly #delay: RestartDelay
  /** What is waited for, to be given up. */
  readonly #waits = new Set<() => void>()
  #isStopping = false

  /** What has nothing to wait for runs when this returns; it throws what it cannot be started for. */
  constructor(supervised: Supervised) {
    this.#supervised = supervised
    this.#definition = supervised.definition
    this.#state = supervised.state
    const { dependsOn, restartDelayMs, healthCheck } = supervised.definition
    this.#delay = new RestartDelay(restartDelayMs)
    this.#state.update({
      status: this.#mustInstall ? 'installing' : 'starting',
      statusReason: null,
      restartCount: 0,
      exitCode: null,
      health: healthCheck ? UNCHECKED : null,
    })
    try {
      this.#reserve()
      const isPrepared = dependsOn.length === 0 && !this.#mustInstall
      this.ended = this.#supervise(isPrepared ? this.#spawn() : undefined)
    } catch (thrown) {
      releasePort(this.#definition.slug)
      throw thrown
    }
  }

  /** Resolves when all of its processes are gone. Nothing starts again after that. */
  stop(): Promise<void> {
    this.#isStopping = true
    for (const giveUp of this.#waits) giveUp()
    return this.ended
  }

  get #mustInstall(): boolean {
    return this.#definition.install !== undefined && !this.#supervised.isInstalled
  }

  async #supervise(first: ServerProcess | undefined): Promise<void> {
    try {
      let running = first ?? (await this.#prepare())
      while (running) running = await this.#restart(await this.#attend(running))
    } catch (thrown) {
      const { code, message, cause } = toSandboxError(thrown)
      if (code === 'internal') process.stderr.write(`sandlot-agent: ${String(cause)}\n`)
      if (!this.#isStopping) this.#state.update({ status: 'failed', statusReason: message })
    } finally {
      releasePort(this.#definition.slug)
      const stopped = this.#isStopping ? ({ status: 'stopped', statusReason: null } as const) : {}
      this.#state.update({ pid: null, port: null, isListening: false, ...stopped })
    }
  }

  async #prepare(): Promise<ServerProcess | undefined> {
    await this.#unlessStopped(Promise.all(this.#definition.dependsOn.map(overlayDone)))
    if (this.#mustInstall && !this.#isStopping) await this.#install()
    return this.#isStopping ? undefined : this.#spawn()
  }

  async #install(): Promise<void> {
    const installing = this.#run(this.#definition.install ?? '')
    this.#state.update({ status: 'installing', pid: installing.pid })
    const exit = await this.#unlessStopped(installing.exited)
    await installing.end(this.#definition.stopTimeoutMs)
    if (!exit || this.#isStopping) return
    this.#state.update({ pid: null, exitCode: exit.exitCode })
    if (exit.exitCode !== 0) {
      const message = `The installation ended with ${describe(exit)}. The log of this server says more.`
      throw new SandboxError('conflict', message)
    }
    this.#supervised.onInstalled()
  }

  /** Until it has ended, by itself or because it is to. */
  async #attend(running: ServerProcess): Promise<Exit> {
    const { healthCheck, stopTimeoutMs } = this.#definition
    const readiness = new Readiness(
      running,
      { port: this.#state.live.port ?? undefined, healthCheck },
      this.#state,
    )
    await this.#unlessStopped(running.exited)
    readiness.close()
    // Also what it has left behind, which would keep the port from its successor.
    await running.end(stopTimeoutMs)
    const exit = await running.exited
    this.#state.update({
      pid: null,
      exitCode: exit.exitCode,
      isListening: false,
      health: healthCheck ? UNCHECKED : null,
    })
    return exit
  }

  /** The next process, after a pause; `undefined` where there is to be none. */
  async #restart(exit: Exit): Promise<ServerProcess | undefined> {
    let reason = `It ended with ${describe(exit)}.`
    let { exitCode, lifetimeMs } = exit
    while (this.#mayRestart(exitCode, reason)) {
      const delayMs = this.#delay.after(lifetimeMs)
      const restartCount = this.#state.live.restartCount + 1
      this.#state.update({ status: 'restarting', statusReason: reason, restartCount })
      await this.#unlessStopped(Bun.sleep(delayMs))
      if (this.#isStopping) return undefined
      try {
        this.#reserve()
        return this.#spawn()
      } catch (thrown) {
        reason = toSandboxError(thrown).message
        exitCode = 1
        lifetimeMs = 0
      }
    }
    return undefined
  }

  #mayRestart(exitCode: number, reason: string): boolean {
    if (this.#isStopping) return false
    const { restartPolicy, maxRestarts } = this.#definition
    const isWanted = restartPolicy === 'always' || (restartPolicy === 'on-failure' && exitCode !== 0)
    if (!isWanted) {
      this.#state.update({ status: exitCode === 0 ? 'stopped' : 'failed', statusReason: reason })
      return false
    }
    if (maxRestarts === 0 || this.#state.live.restartCount < maxRestarts) return true
    const statusReason = `${reason} It was started again ${maxRestarts} times, as often as it may.`
    this.#state.update({ status: 'failed', statusReason })
    return false
  }

  #reserve(): void {
    const { slug, port, strictPort } = this.#definition
    if (port !== undefined) this.#state.update({ port: reservePort(slug, port, strictPort) })
  }

  #spawn(): ServerProcess {
    const running = this.#run(this.#definition.start)
    this.#state.update({ status: 'starting', statusReason: null, pid: running.pid, exitCode: null })
    return running
  }

  #run(command: string): ServerProcess {
    const { slug, path, port } = this.#definition
    const told = port === undefined ? undefined : (this.#state.live.port ?? port)
    const environment = serverEnvironment(this.#definition, told)
    return new ServerProcess({ slug, command, cwd: path, environment }, this.#supervised.log)
  }

  async #unlessStopped<T>(waiting: Promise<T>): Promise<T | undefined> {
    const stopped = Promise.withResolvers<undefined>()
    const giveUp = () => stopped.resolve(undefined)
    this.#waits.add(giveUp)
    if (this.#isStopping) giveUp()
    try {
      return await Promise.race([waiting, stopped.promise])
    } finally {
      this.#waits.delete(giveUp)
    }
  }
}

function describe({ exitCode, signal }: Exit): string {
  return signal === null ? `exit code ${exitCode}` : `signal ${signal}`
}

import { chmodSync, chownSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { SandboxError } from '@/lib/errors'
import type { SandboxLimits, SandboxSpec, SandboxUsage } from '../provider'
import { AgentSocket } from './agent-socket'
import { bubblewrapArguments } from './arguments'
import type { Cgroup } from './cgroup'
import { type Host, missingNetworkTool, openFilesOf } from './host'
import { type HostProcess, identify, isAlive, signalProcess } from './host-process'
import { launch } from './launch'
import type { SandboxPlaces } from './places'
import { readState, type SandboxState, writeState } from './state'
import { findStrays } from './strays'
import { Turnstile } from './turnstile'
import { Writers } from './writers'

/** Directories that a new sandbox has of its own. */
const OWN_DIRS: [path: string, mode: number][] = [
  ['', 0o755],
  ['home', 0o755],
  ['home/user', 0o755],
  ['home/user/workspace', 0o755],
  ['tmp', 0o1777],
  ['var', 0o755],
  ['var/tmp', 0o1777],
]
/** The kernel ends a killed sandbox within milliseconds, unless its disk hangs. */
const END_TIMEOUT_MS = 10_000
const END_POLL_MS = 5

/** One sandbox of this host: its directory, its processes, its control group. */
export class LocalSandbox {
  readonly id: string
  readonly #places: SandboxPlaces
  readonly #host: Host
  readonly #cgroup: Cgroup | null
  #state: SandboxState
  #socket: AgentSocket | null = null
  /** One act at a time: a start and an end must not meet. */
  readonly #turns = new Turnstile(1)
  readonly #writers: Writers

  private constructor(id: string, host: Host, state: SandboxState) {
    this.id = id
    this.#host = host
    this.#places = host.places.of(id)
    this.#cgroup = host.cgroupOf(id)
    this.#state = state
    this.#writers = new Writers(this.#cgroup, () => this.#state.agent?.pid ?? null)
  }

  /** Makes its directories. Nothing runs yet. */
  static make(spec: SandboxSpec, host: Host): LocalSandbox {
    const places = host.places.of(spec.id)
    makeBase(places.base, spec.id)
    const uid = host.uids.claim(host.ownerOf(spec.id))
    const sandbox = new LocalSandbox(spec.id, host, {
      version: 1,
      phase: 'making',
      uid,
      egress: spec.egress,
      limits: spec.limits,
      agent: null,
      network: null,
      socketInode: null,
      diskBytes: null,
      areWritersHeld: false,
    })
    mkdirSync(places.privateDir, { mode: 0o700 })
    sandbox.#save()
    for (const [name, mode] of OWN_DIRS) own(join(places.root, name), mode, uid)
    return sandbox
  }

  /** One that is on disk from an earlier process of ours; `null` where nothing of use was recorded. */
  static find(id: string, host: Host): LocalSandbox | null {
    const state = readState(host.places.of(id).state)
    return state === null ? null : new LocalSandbox(id, host, state)
  }

  get isFinished(): boolean {
    return this.#state.phase !== 'making'
  }

  /** As the machine says now, whatever was recorded. */
  get isRunning(): boolean {
    return this.#state.phase === 'running' && this.#state.agent !== null && isAlive(this.#state.agent)
  }

  /** Recorded as running, though its first process is gone. */
  get hasEnded(): boolean {
    return this.#state.phase === 'running' && !this.isRunning
  }

  get limits(): SandboxLimits {
    return this.#state.limits
  }

  get root(): string {
    return this.#places.root
  }

  /** Does nothing where it runs already. */
  start(spec: SandboxSpec): Promise<void> {
    return this.#turns.run(async () => {
      if (this.isRunning) return
      await this.#endAll()
      this.#host.uids.reclaim(this.#state.uid, this.#host.ownerOf(this.id))
      this.#state = { ...this.#state, egress: spec.egress, limits: spec.limits }
      this.#renewSocketDir()
      this.#cgroup?.create(spec.limits)
      try {
        await this.#launch(spec)
      } catch (error) {
        await this.#endAll()
        throw error
      }
    })
  }

  /** Ends all its processes and waits until the kernel has done so. */
  stop(): Promise<void> {
    return this.#turns.run(() => this.#settle())
  }

  /** Its files leave the disk a little later. */
  delete(): Promise<void> {
    return this.#turns.run(async () => {
      await this.#endAll()
      this.#host.trash.take(this.#places.base)
      this.#host.uids.release(this.#state.uid, this.#host.ownerOf(this.id))
      this.#state = { ...this.#state, phase: 'stopped', agent: null, network: null, socketInode: null }
    })
  }

  /** Clears up where its first process is gone without our doing, and says why it is; `null` where it is not. */
  clearUpAfterEnd(): Promise<'out_of_memory' | 'unknown' | null> {
    return this.#turns.run(async () => {
      if (!this.hasEnded) return null
      const reason = (this.#cgroup?.outOfMemoryKills() ?? 0) > 0 ? 'out_of_memory' : 'unknown'
      await this.#settle()
      return reason
    })
  }

  connect(): Promise<Socket> {
    const { socketInode } = this.#state
    if (!this.isRunning || socketInode === null)
      throw new SandboxError('sandbox_stopped', 'The sandbox is not running.')
    this.#socket ??= AgentSocket.open(this.#places, socketInode)
    return this.#socket.connect()
  }

  usage(): SandboxUsage {
    return {
      memoryBytes: this.#cgroup?.memoryBytes() ?? null,
      memoryLimitBytes: this.#state.limits.memoryBytes,
      cpuMs: this.#cgroup?.cpuMs() ?? null,
      processes: this.#cgroup?.processes() ?? null,
      diskBytes: this.#state.diskBytes,
    }
  }

  /** Pauses what writes, or lets it go on; `true` where that is another state than before. */
  holdWriters(shouldHold: boolean): Promise<boolean> {
    return this.#turns.run(async () => {
      const { agent, areWritersHeld } = this.#state
      if (!this.isRunning || agent === null || (!shouldHold && !areWritersHeld)) return false
      // Recorded before it is done: what is held must be let go, whoever finds it.
      if (shouldHold && !areWritersHeld) this.#noteHeld(true)
      if (shouldHold) this.#writers.hold(agent.pid)
      else this.#writers.release()
      if (!shouldHold) this.#noteHeld(false)
      return shouldHold !== areWritersHeld
    })
  }

  get areWritersHeld(): boolean {
    return this.#state.areWritersHeld
  }

  noteDisk(bytes: number): void {
    this.#state.diskBytes = bytes
  }

  /** Lets go of descriptors; the sandbox goes on. */
  close(): void {
    this.#socket?.close()
    this.#socket = null
  }

  async #launch(spec: SandboxSpec): Promise<void> {
    const launched = await launch(this.#launchInputs(spec))
    this.#socket = AgentSocket.take(this.#places, this.#state.uid)
    this.#state = {
      ...this.#state,
      phase: 'running',
      agent: identify(launched.agentPid),
      network: launched.networkPid === null ? null : identify(launched.networkPid),
      socketInode: this.#socket.inode,
      areWritersHeld: false,
    }
    this.#save()
  }

  #launchInputs(spec: SandboxSpec) {
    const { uids, runtime, network, environment, canDisableUserns, limitsProcessesByUser } = this.#host
    const hasNetwork = spec.egress === 'all' && missingNetworkTool() === null
    return {
      secret: spec.secret,
      seccompFile: runtime.seccomp,
      cgroupFiles: [...(this.#cgroup?.joinFiles ?? [])],
      uid: uids.isPerSandbox ? this.#state.uid : null,
      limits: {
        openFiles: openFilesOf(spec.limits),
        fileBytes: spec.limits.diskBytes,
        processes: limitsProcessesByUser ? spec.limits.processes : null,
      },
      network: hasNetwork ? { cidr: network.cidr, routes: this.#host.routes() } : null,
      bubblewrapArguments: bubblewrapArguments({
        places: this.#places,
        runtime,
        limits: spec.limits,
        environment,
        hasOuterNetwork: hasNetwork,
        canDisableUserNamespaces: canDisableUserns,
      }),
    }
  }

  /** A new one for each start: what the sandbox left in the old one could be anything. */
  #renewSocketDir(): void {
    this.#host.trash.take(this.#places.socketDir)
    own(this.#places.socketDir, 0o700, this.#state.uid)
    rmSync(this.#places.socket, { force: true })
  }

  async #settle(): Promise<void> {
    await this.#endAll()
    // Another process of ours may have deleted it meanwhile.
    if (this.#state.phase === 'stopped' || !existsSync(this.#places.base)) return
    this.#state = { ...this.#state, phase: 'stopped', agent: null, network: null, socketInode: null }
    this.#save()
  }

  async #endAll(): Promise<void> {
    this.close()
    const { agent, network, phase } = this.#state
    const strays =
      phase === 'running' ? [] : findStrays(this.#places.root).flatMap((pid) => identify(pid) ?? [])
    const known = [agent, network, ...strays].filter((entry) => entry !== null)
    // The first process of the namespace takes all others with it, whatever they do.
    for (const entry of known) signalProcess(entry, 'SIGKILL')
    this.#writers.release()
    this.#cgroup?.kill()
    await this.#untilGone(known)
  }

  async #untilGone(known: HostProcess[]): Promise<void> {
    const deadline = Date.now() + END_TIMEOUT_MS
    while (known.some(isAlive) || this.#cgroup?.remove() === false) {
      if (Date.now() > deadline)
        throw new SandboxError(
          'provider_failed',
          'The processes of the sandbox do not end; is a disk hanging?',
        )
      this.#cgroup?.kill()
      await setTimeout(END_POLL_MS)
    }
  }

  #noteHeld(areWritersHeld: boolean): void {
    this.#state = { ...this.#state, areWritersHeld }
    this.#save()
  }

  #save(): void {
    writeState(this.#places.state, this.#state)
  }
}

function makeBase(path: string, id: string): void {
  try {
    mkdirSync(path, { mode: 0o711 })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    throw new SandboxError('already_exists', `There is a sandbox ${id} already.`, { cause })
  }
}

function own(path: string, mode: number, uid: number): void {
  mkdirSync(path)
  // Not by mkdir, which the umask would thin out.
  chmodSync(path, mode)
  if (process.getuid?.() === 0) chownSync(path, uid, uid)
}

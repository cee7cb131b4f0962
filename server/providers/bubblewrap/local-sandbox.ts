import { existsSync, mkdirSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { basename } from 'node:path'
import { SandboxError } from '@/lib/errors'
import type { SandboxLimits, SandboxSpec, SandboxUsage } from '../provider'
import { AgentSocket } from './agent-socket'
import type { Cgroup } from './cgroup'
import type { Host } from './host'
import { type HostProcess, identify, isAlive, signalProcess } from './host-process'
import { launch } from './launch'
import { launchInputs } from './launch-inputs'
import type { SandboxPlaces } from './places'
import { untilGone, untilRuns } from './process-waits'
import type { Launched, Launching } from './readiness'
import {
  makeBase,
  makeOwnDirectories,
  own,
  renameBase,
  reopenOwnDirectories,
  rescuedState,
} from './sandbox-directory'
import { readState, type SandboxState, writeState } from './state'
import { findStrays } from './strays'
import { AGENT_PATH } from './toolchain'
import { type CopyTree, TreeCopies } from './tree-copies'
import { discardTree, finishSwap, makeIncoming, swapIn } from './tree-swap'
import { Turnstile } from './turnstile'
import { Writers } from './writers'

/** What a sandbox is before it has a name. */
export type SandboxShape = Pick<SandboxSpec, 'limits' | 'egress'>

/** One sandbox of this host: its directory, its processes, its control group. */
export class LocalSandbox {
  #id: string
  #places: SandboxPlaces
  readonly #host: Host
  readonly #cgroup: Cgroup | null
  #state: SandboxState
  #socket: AgentSocket | null = null
  #launching: Launching | null = null
  /** Its agent, while that waits for the secret. */
  #prepared: HostProcess | null = null
  /** One act at a time: a start and an end must not meet. */
  readonly #turns = new Turnstile(1)
  readonly #writers: Writers
  readonly #copies = new TreeCopies()
  #isPausedForCopy = false

  private constructor(id: string, host: Host, state: SandboxState) {
    this.#id = id
    this.#host = host
    this.#places = host.places.of(id)
    this.#cgroup = host.cgroupOf(state.key)
    this.#state = state
    this.#writers = new Writers(this.#cgroup, () => this.#state.agent?.pid ?? null)
  }

  /** Makes its directories. Nothing runs yet. */
  static make(id: string, { egress, limits }: SandboxShape, host: Host): LocalSandbox {
    const places = host.places.of(id)
    makeBase(places.base, id)
    const uid = host.uids.claim(host.ownerOf(id))
    const nothing = { agent: null, network: null, socketInode: null, diskBytes: null, areWritersHeld: false }
    const sandbox = new LocalSandbox(id, host, {
      version: 1,
      phase: 'making',
      key: id,
      uid,
      egress,
      limits,
      ...nothing,
    })
    mkdirSync(places.privateDir, { mode: 0o700 })
    sandbox.#save()
    makeOwnDirectories(places.root, uid)
    return sandbox
  }

  get id(): string {
    return this.#id
  }

  /** One that is on disk from an earlier process of ours; `null` where it was not even begun. */
  static find(id: string, host: Host): LocalSandbox | null {
    const places = host.places.of(id)
    finishSwap(places, host.trash)
    if (!existsSync(places.state) || !existsSync(places.root)) return null
    return new LocalSandbox(id, host, readState(places.state) ?? rescuedState(id, places.root))
  }

  /** Where its last process of ours ended before it was done with it. */
  get isHalfMade(): boolean {
    return this.#state.phase === 'making'
  }

  get isHalfStarted(): boolean {
    return this.#state.phase === 'starting'
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

  /** All of the host's disk that it can write to. */
  get writableFolders(): string[] {
    return [this.#places.root, this.#places.socketDir]
  }

  /** Everything that runs in it but its agent. */
  get userPids(): number[] {
    return this.#writers.pids()
  }

  /** Starts all of it but the agent, which waits for its secret. */
  async prepare(): Promise<void> {
    this.#begin()
    const launched = await this.#launching?.prepared
    this.#prepared = launched === undefined ? null : identify(launched.agentPid)
    await untilRuns(this.#prepared, basename(AGENT_PATH))
    this.#launching?.unref()
  }

  get isPrepared(): boolean {
    return this.#prepared !== null && isAlive(this.#prepared)
  }

  /** Becomes the sandbox that somebody asked for: one that was prepared takes its name. */
  adopt(spec: SandboxSpec): Promise<void> {
    return this.#turns.run(async () => {
      renameBase(this.#places.base, this.#host.places.of(spec.id).base, spec.id)
      this.#id = spec.id
      this.#places = this.#host.places.of(spec.id)
      await this.#finish(spec.secret)
    })
  }

  /** Does nothing where it runs already. */
  start(spec: SandboxSpec): Promise<void> {
    return this.#copies.between(() =>
      this.#turns.run(async () => {
        if (this.isRunning) return
        if (this.#state.phase !== 'making') await this.#readyForStart(spec)
        this.#begin()
        await this.#finish(spec.secret)
      }),
    )
  }

  /** Ends all its processes and waits until the kernel has done so. */
  stop(): Promise<void> {
    return this.#turns.run(() => this.#settle())
  }

  /** Its files leave the disk a little later. */
  delete(): Promise<void> {
    this.#copies.cut(new SandboxError('sandbox_not_found', 'The sandbox was deleted meanwhile.'))
    return this.#turns.run(async () => {
      await this.#endAll()
      this.#host.trash.take(this.#places.base)
      this.#host.uids.release(this.#state.uid, this.#host.ownerOf(this.#state.key))
      this.#state = { ...this.#state, phase: 'stopped', agent: null, network: null, socketInode: null }
    })
  }

  /**
   * Lets `copy` read its tree while all but the agent is paused: programs inside notice nothing but the time. A start waits for
   * it; a deletion cuts it short.
   */
  copyOut(copy: CopyTree): Promise<void> {
    return this.#copies.run(async (signal) => {
      this.#reclaimUid()
      try {
        await this.#pause()
        await copy({ tree: this.#places.root, uid: this.#hostUid, signal })
      } finally {
        await this.#resume()
      }
    })
  }

  /** Its tree becomes what `copy` makes in an empty one, whole or not at all; `conflict` while it runs. */
  copyIn(copy: CopyTree): Promise<void> {
    return this.#copies.run(async (signal) => {
      this.#requireStopped()
      this.#reclaimUid()
      const tree = makeIncoming(this.#places, this.#state.uid, this.#host.trash)
      try {
        await copy({ tree, uid: this.#hostUid, signal })
        await this.#turns.run(async () => {
          signal.throwIfAborted()
          this.#requireStopped()
          swapIn(this.#places, this.#host.trash)
        })
      } finally {
        discardTree(tree, this.#host.trash)
      }
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
      cpuMs: this.cpuMs,
      processes: this.#cgroup?.processes() ?? null,
      diskBytes: this.#state.diskBytes,
    }
  }

  /** Pauses what writes, or lets it go on; `true` where that is another state than before. */
  holdWriters(shouldHold: boolean): Promise<boolean> {
    return this.#turns.run(async () => {
      const { agent, areWritersHeld } = this.#state
      if (!this.isRunning || agent === null || (!shouldHold && !areWritersHeld)) return false
      if (!shouldHold && this.#isPausedForCopy) return false
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

  get cpuMs(): number | null {
    return this.#cgroup?.cpuMs() ?? null
  }

  /** As last measured. */
  get diskBytes(): number | null {
    return this.#state.diskBytes
  }

  noteDisk(bytes: number | null): void {
    this.#state.diskBytes = bytes
  }

  /** Lets go of descriptors; the sandbox goes on. */
  close(): void {
    this.#socket?.close()
    this.#socket = null
  }

  async #readyForStart({ egress, limits }: SandboxSpec): Promise<void> {
    await this.#settle()
    reopenOwnDirectories(this.#places.root)
    this.#reclaimUid()
    this.#state = { ...this.#state, phase: 'starting', egress, limits }
    this.#save()
  }

  #begin(): void {
    this.#renewSocketDir()
    this.#cgroup?.create(this.#state.limits)
    this.#launching = launch(launchInputs(this.#host, this.#places, this.#state, this.#cgroup))
  }

  async #finish(secret: string): Promise<void> {
    try {
      const launched = await this.#launching?.finish(secret)
      if (launched === undefined) throw new SandboxError('internal', 'The sandbox was not begun.')
      this.#noteRunning(launched)
    } catch (error) {
      if (this.#state.phase === 'starting') await this.#settle()
      throw error
    }
  }

  #noteRunning({ agentPid, networkPid }: Launched): void {
    this.#socket = AgentSocket.take(this.#places, this.#state.uid)
    this.#state = {
      ...this.#state,
      phase: 'running',
      agent: identify(agentPid),
      network: networkPid === null ? null : identify(networkPid),
      socketInode: this.#socket.inode,
      areWritersHeld: false,
    }
    this.#launching = null
    this.#save()
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
    this.#launching?.release()
    this.#launching = null
    const { agent, network, phase } = this.#state
    // Where it is said to be stopped too: another process of ours may have started it since.
    const strays = phase === 'running' ? [] : this.#strays()
    if (phase === 'stopped' && strays.length === 0) return
    const known = [agent, network, ...strays].filter((entry) => entry !== null)
    // The first process of the namespace takes all others with it, whatever they do.
    for (const entry of known) signalProcess(entry, 'SIGKILL')
    this.#writers.release()
    this.#cgroup?.kill()
    await untilGone(known, this.#cgroup)
  }

  /** What a start that failed or was cut short left: its processes were never recorded. */
  #strays(): HostProcess[] {
    return findStrays(this.#host.places.of(this.#state.key).root).flatMap((pid) => identify(pid) ?? [])
  }

  /** Where a full disk holds them already, they stay held afterwards as well. */
  #pause(): Promise<void> {
    return this.#turns.run(async () => {
      const { agent, areWritersHeld } = this.#state
      if (!this.isRunning || agent === null || areWritersHeld) return
      // If we end meanwhile, the watch over disks finds them held without need and lets them go.
      this.#noteHeld(true)
      this.#isPausedForCopy = true
      this.#writers.hold(agent.pid)
    })
  }

  #resume(): Promise<void> {
    return this.#turns.run(async () => {
      if (!this.#isPausedForCopy) return
      this.#isPausedForCopy = false
      if (!this.isRunning) return
      this.#writers.release()
      this.#noteHeld(false)
    })
  }

  #requireStopped(): void {
    if (this.isRunning) throw new SandboxError('conflict', 'The sandbox runs. Stop it first.')
  }

  get #hostUid(): number | null {
    return this.#host.uids.isPerSandbox ? this.#state.uid : null
  }

  /** What acts as its user must own that user: a boot forgets who did. */
  #reclaimUid(): void {
    this.#host.uids.reclaim(this.#state.uid, this.#host.ownerOf(this.#state.key))
  }

  #noteHeld(areWritersHeld: boolean): void {
    this.#state = { ...this.#state, areWritersHeld }
    this.#save()
  }

  #save(): void {
    writeState(this.#places.state, this.#state)
  }
}

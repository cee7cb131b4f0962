import type { Duplex } from 'node:stream'

/**
 * Where sandboxes run. Every provider starts one agent in each sandbox and passes it `secret` on its standard input. The
 * provider never touches what is inside: it makes, starts, stops and ends the whole, measures it from outside, and opens
 * byte streams to the agent.
 *
 * Every method that takes an id rejects with `sandbox_not_found` where there is none, and with `provider_failed` where the
 * machinery beneath fails. Sandboxes outlive the process that made them: `list` finds them again.
 */
export interface Provider {
  readonly name: string
  /** Makes a sandbox and starts its agent; resolves when the agent takes connections. */
  create(spec: SandboxSpec): Promise<RunningSandbox>
  /** Starts the processes of a stopped sandbox again, on the files it left. */
  start(id: string, spec: SandboxSpec): Promise<RunningSandbox>
  /** Ends all processes of a sandbox, whatever they do against it; its files stay. Fine when already stopped. */
  stop(id: string): Promise<void>
  /** Ends all processes and removes all files. Fine when there is nothing left. */
  delete(id: string): Promise<void>
  /** Everything that is here, from this process and from earlier ones. */
  list(): Promise<ProvidedSandbox[]>
  /** A byte stream to the agent. `sandbox_stopped` where it does not run. */
  dial(id: string): Promise<Duplex>
  /** What the sandbox uses, measured from outside. */
  usage(id: string): Promise<SandboxUsage>
  /**
   * Keeps the files of a sandbox under `snapshotId`, whole or not at all, whatever becomes of the sandbox. What runs in it is
   * paused meanwhile, its agent excepted, so that the files fit together. Sockets and extended attributes are left out; times
   * are to the second. `too_large` above `maxBytes` (`null`: no limit but the sandbox's disk), `disk_full` where the machine
   * has no room.
   */
  snapshot(id: string, snapshotId: string, maxBytes: number | null): Promise<ProvidedSnapshot>
  /**
   * Gives a stopped sandbox the files of a snapshot in place of its own, whole or not at all. `not_found` where there is no
   * such snapshot, `too_large` where the sandbox's disk is smaller, `conflict` where it runs.
   */
  restore(id: string, snapshotId: string): Promise<void>
  /** Fine when there is none. */
  deleteSnapshot(snapshotId: string): Promise<void>
  /** Every whole one that is here, from this process and from earlier ones. */
  listSnapshots(): Promise<ProvidedSnapshot[]>
  /** Called when a sandbox's processes have ended without `stop` or `delete`, or a limit changed its state. */
  onChange(listener: (id: string, change: SandboxChange) => void): () => void
  /** What this machine can enforce and offer, with remedies. */
  check(): Promise<Check[]>
  /** Lets go of timers and descriptors; sandboxes go on. */
  close(): Promise<void>
}

export interface SandboxSpec {
  /** DNS-safe, lower case. Given by the service, unique. */
  id: string
  /** The agent's. */
  secret: string
  limits: SandboxLimits
  egress: 'none' | 'all'
  /** A new sandbox begins with the files of this snapshot: errors as those of `restore`. */
  snapshotId?: string
}

/** `null`: no limit asked for. One that is `required` and cannot be had is `unsupported`. */
export interface SandboxLimits {
  memoryBytes: number | null
  /** Cores, such as 0.5 or 2. */
  cpus: number | null
  processes: number | null
  diskBytes: number | null
  openFiles: number | null
  /** Those that somebody asked for; the others are defaults. */
  required: LimitName[]
}

export type LimitName = Exclude<keyof SandboxLimits, 'required'>

export interface RunningSandbox {
  id: string
  /** Limits that this machine does not enforce, by name, with the reason as a sentence. */
  unenforced: Record<string, string>
}

export interface ProvidedSandbox {
  id: string
  isRunning: boolean
}

export interface ProvidedSnapshot {
  id: string
  /** What it takes of the disk. */
  bytes: number
}

export interface SandboxUsage {
  memoryBytes: number | null
  memoryLimitBytes: number | null
  /** Processor time since the start. */
  cpuMs: number | null
  processes: number | null
  /** As last measured. */
  diskBytes: number | null
}

export type SandboxChange =
  /** All processes ended by themselves or by the kernel. */
  | { type: 'exited'; reason: 'out_of_memory' | 'unknown' }
  /** Writers are paused until files are removed. */
  | { type: 'disk_full' }
  | { type: 'disk_ok' }

export interface Check {
  /** Such as `cgroups`, `egress`, `runtime: node`. */
  name: string
  status: 'ok' | 'degraded' | 'missing'
  /** What is so, as a sentence. */
  detail: string
  /** What to do about it: a command or a sentence. */
  remedy?: string
}

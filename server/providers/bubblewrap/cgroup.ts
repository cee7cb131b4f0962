import type { SandboxLimits } from '../provider'

export type LimitName = 'memory' | 'cpus' | 'processes'

/** The control groups of this machine, as far as we may use them. */
export interface Cgroups {
  /** What is so here, as a sentence. */
  description: string
  /** Which limits cannot be had, with the reason. */
  unenforced: Partial<Record<LimitName, string>>
  canFreeze: boolean
  /** The group of one sandbox; nothing is made yet. */
  of(name: string): Cgroup
}

/** Everything that one sandbox runs, its network included, as one group. */
export interface Cgroup {
  /** Makes it with these limits, or gives it these. */
  create(limits: SandboxLimits): void
  /** A process that writes 0 to each of these is in it. */
  readonly joinFiles: string[]
  pids(): number[]
  memoryBytes(): number | null
  cpuMs(): number | null
  processes(): number | null
  /** How often the kernel ended a process here for want of memory. */
  outOfMemoryKills(): number
  /** Pauses everything but `agentPid`, so that the agent and what it newly starts can still make room. */
  freezeWriters(agentPid: number): void
  thaw(): void
  /** Ends everything at once, frozen or not. */
  kill(): void
  /** False while something still runs in it. */
  remove(): boolean
}

import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { SandboxError } from '@/lib/errors'
import type { Logger } from '../../log'
import type { LimitName, SandboxLimits, SandboxSpec } from '../provider'
import type { Cgroup, Cgroups } from './cgroup'
import { findCgroups } from './cgroups'
import { type PackageSettings, refuseCredentials, sandboxEnvironment } from './environment'
import { chooseNetwork, type Network, routeCommands } from './network'
import { networkLack } from './network-support'
import { Places } from './places'
import { prepareRuntime, type Runtime } from './runtime'
import { supportsDisableUserns } from './tools'
import { Trash } from './trash'
import { Uids } from './uids'

export interface BubblewrapOptions {
  dataDir: string
  /** The executable agent; copied, so that running sandboxes keep theirs. */
  agentPath: string
  packages: PackageSettings
  /** Where it is not installed among our packages. */
  ripgrepPath?: string
  /** Starter projects that every sandbox has in /templates; missing is fine. Copied, as the agent is. */
  templatesPath?: string
  log: Logger
  /** Sandboxes kept ready in advance; 0 for none. */
  warmSandboxes?: number
}

/** What all sandboxes of this process share of the machine. */
export class Host {
  readonly places: Places
  readonly uids = new Uids()
  readonly cgroups: Cgroups = findCgroups()
  readonly trash: Trash
  readonly log: Logger
  readonly environment: Record<string, string>
  readonly #options: BubblewrapOptions
  #runtime: Runtime | null = null
  #network: Network | null = null
  #canDisableUserns: boolean | null = null

  constructor(options: BubblewrapOptions) {
    refuseCredentials(options.packages)
    this.#options = options
    this.log = options.log
    this.places = new Places(options.dataDir)
    for (const dir of [options.dataDir, this.places.sandboxesDir, this.places.runtimeDir])
      mkdirSync(dir, { recursive: true, mode: 0o711 })
    this.trash = new Trash(this.places.trashDir, options.log)
    this.environment = sandboxEnvironment(options.packages)
  }

  get runtime(): Runtime {
    if (this.#runtime !== null) return this.#runtime
    if (this.uids.isPerSandbox) requirePassable(this.places.dataDir)
    this.#runtime = prepareRuntime(this.places.runtimeDir, {
      agentPath: this.#options.agentPath,
      ripgrepPath: this.#options.ripgrepPath,
      nameserver: this.network.nameserver,
      certificateFile: this.#options.packages.ca,
      templatesPath: this.templatesPath,
    })
    return this.#runtime
  }

  get templatesPath(): string | undefined {
    return this.#options.templatesPath
  }

  get network(): Network {
    this.#network ??= chooseNetwork()
    return this.#network
  }

  get canDisableUserns(): boolean {
    this.#canDisableUserns ??= supportsDisableUserns()
    return this.#canDisableUserns
  }

  /** How the sandbox's claims on things of the whole host are marked. */
  ownerOf(id: string): string {
    return `${this.places.dataDir} ${id}`
  }

  cgroupOf(id: string): Cgroup | null {
    return hasAny(this.cgroups) ? this.cgroups.of(`${this.places.tag}-${id}`) : null
  }

  routes(): string {
    return routeCommands(this.#options.packages.addresses)
  }

  /** Limits and rights asked for that this machine cannot give, by name, with the reason. */
  unenforced(spec: SandboxSpec): Record<string, string> {
    const found: Record<string, string> = {}
    const { memory, cpus, processes } = this.cgroups.unenforced
    if (spec.limits.memoryBytes !== null && memory) found.memory = memory
    if (spec.limits.cpus !== null && cpus) found.cpus = cpus
    // As root without control groups, each sandbox has its own user, and the limit per user serves as well.
    if (spec.limits.processes !== null && processes && !this.limitsProcessesByUser)
      found.processes = processes
    const lack = spec.egress === 'all' ? networkLack() : null
    if (lack !== null) found.egress = `There is no network in the sandbox: ${lack.reason}`
    refuseUnenforced(found, spec.limits.required)
    return found
  }

  /** By RLIMIT_NPROC, where no control group counts them. It is per user namespace from Linux 5.14 on. */
  get limitsProcessesByUser(): boolean {
    return this.cgroups.unenforced.processes !== undefined
  }
}

/** What a process of ours may open at most; nobody inside can be allowed more. */
export function openFilesOf(limits: SandboxLimits): number | null {
  return withinOurs(limits.openFiles, 'Max open files')
}

/** Where they are counted by user and not by a control group. */
export function processesOf(limits: SandboxLimits): number | null {
  return withinOurs(limits.processes, 'Max processes')
}

function withinOurs(limit: number | null, name: string): number | null {
  if (limit === null) return null
  const hard = new RegExp(`^${name}\\s+\\S+\\s+(\\d+)`, 'm').exec(
    readFileSync('/proc/self/limits', 'utf8'),
  )?.[1]
  return hard === undefined ? limit : Math.min(limit, Number(hard))
}

function hasAny({ unenforced, canFreeze }: Cgroups): boolean {
  return canFreeze || Object.keys(unenforced).length < 3
}

/** How a limit that control groups enforce is asked for. */
const ASKED_AS: Record<string, LimitName> = { memory: 'memoryBytes', cpus: 'cpus', processes: 'processes' }

function refuseUnenforced(found: Record<string, string>, required: LimitName[]): void {
  for (const [name, reason] of Object.entries(found)) {
    const asked = ASKED_AS[name]
    if (asked !== undefined && required.includes(asked))
      throw new SandboxError('unsupported', `The limit on ${name} cannot be had here: ${reason}`)
  }
}

/** The sandboxes' users must get to their directories. */
function requirePassable(dataDir: string): void {
  for (let dir = dataDir; dir !== dirname(dir); dir = dirname(dir)) {
    if ((statSync(dir).mode & 0o001) === 0)
      throw new SandboxError(
        'provider_failed',
        `Sandboxes run as users of their own, who cannot pass ${dir}. Choose another SANDLOT_DATA_DIR, or: chmod o+x ${dir}`,
      )
  }
}

import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SandboxLimits } from '../provider'
import type { Cgroup, Cgroups, LimitName } from './cgroup'
import {
  isNetwork,
  killHard,
  MAX_ROUNDS,
  move,
  pidsIn,
  read,
  readNumber,
  removeGroup,
  tryWrite,
  WRITERS,
  write,
} from './cgroup-files'

const CONTROLLERS = ['memory', 'cpu', 'cpuacct', 'pids', 'freezer'] as const
type Controller = (typeof CONTROLLERS)[number]
type Hierarchies = Partial<Record<Controller, string>>

const LIMITED_BY: Record<LimitName, Controller> = { memory: 'memory', cpus: 'cpu', processes: 'pids' }
const FOLDER = 'sandlot'
const CPU_PERIOD_US = 100_000

/** Version 1: one tree per controller, which only root may change. */
export function findCgroupsV1(): Cgroups | null {
  const hierarchies = usableHierarchies()
  if (Object.keys(hierarchies).length === 0) return null
  const unenforced: Partial<Record<LimitName, string>> = {}
  for (const [limit, controller] of Object.entries(LIMITED_BY) as [LimitName, Controller][]) {
    if (hierarchies[controller] === undefined)
      unenforced[limit] = `This machine has no usable control group for ${controller}.`
  }
  return {
    description: `Control groups, version 1: ${Object.keys(hierarchies).join(', ')}.`,
    unenforced,
    canFreeze: hierarchies.freezer !== undefined,
    of: (name) => new CgroupV1(hierarchies, name),
  }
}

function usableHierarchies(): Hierarchies {
  const found: Hierarchies = {}
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
    const [, path = '', type, options = ''] = line.split(' ')
    if (type !== 'cgroup') continue
    for (const controller of CONTROLLERS) {
      if (options.split(',').includes(controller) && canMakeGroups(path)) found[controller] = path
    }
  }
  return found
}

function canMakeGroups(hierarchy: string): boolean {
  const folder = join(hierarchy, FOLDER)
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    return existsSync(join(folder, 'cgroup.procs'))
  } catch {
    return false
  }
}

class CgroupV1 implements Cgroup {
  readonly #dirs: Hierarchies = {}

  constructor(hierarchies: Hierarchies, name: string) {
    for (const [controller, path] of Object.entries(hierarchies) as [Controller, string][]) {
      this.#dirs[controller] = join(path, FOLDER, name)
    }
  }

  create(limits: SandboxLimits): void {
    for (const dir of new Set(Object.values(this.#dirs))) mkdirSync(dir, { recursive: true })
    this.#limitMemory(limits.memoryBytes)
    const { cpu, pids } = this.#dirs
    if (cpu)
      write(cpu, 'cpu.cfs_quota_us', limits.cpus === null ? -1 : Math.round(limits.cpus * CPU_PERIOD_US))
    if (pids) write(pids, 'pids.max', limits.processes ?? 'max')
  }

  /** `tasks` rather than cgroup.procs: one thread moves without a lock of the whole machine. */
  get joinFiles(): string[] {
    return [...new Set(Object.values(this.#dirs))].map((dir) => join(dir, 'tasks'))
  }

  pids(): number[] {
    const all = new Set<number>()
    for (const dir of this.#allDirs()) for (const pid of pidsIn(dir)) all.add(pid)
    return [...all]
  }

  memoryBytes(): number | null {
    return readNumber(this.#dirs.memory, 'memory.usage_in_bytes')
  }

  cpuMs(): number | null {
    const nanoseconds = readNumber(this.#dirs.cpuacct, 'cpuacct.usage')
    return nanoseconds === null ? null : nanoseconds / 1e6
  }

  processes(): number | null {
    return readNumber(this.#dirs.pids, 'pids.current')
  }

  outOfMemoryKills(): number {
    const text = read(this.#dirs.memory, 'memory.oom_control') ?? ''
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0)
  }

  freezeWriters(agentPid: number): void {
    const { freezer } = this.#dirs
    if (!freezer) return
    const writers = join(freezer, WRITERS)
    mkdirSync(writers, { recursive: true })
    write(writers, 'freezer.state', 'FROZEN')
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const moving = pidsIn(freezer).filter((pid) => pid !== agentPid && !isNetwork(pid))
      if (moving.length === 0) return
      for (const pid of moving) move(pid, writers)
    }
  }

  thaw(): void {
    const { freezer } = this.#dirs
    if (!freezer) return
    const writers = join(freezer, WRITERS)
    if (!existsSync(writers)) return
    write(writers, 'freezer.state', 'THAWED')
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const paused = pidsIn(writers)
      if (paused.length === 0) break
      for (const pid of paused) move(pid, freezer)
    }
    removeGroup(writers)
  }

  /** New processes cannot outrun the kills: none can be made once the limit is 0. */
  kill(): void {
    const { pids } = this.#dirs
    if (pids && existsSync(pids)) write(pids, 'pids.max', 0)
    for (const pid of this.pids()) killHard(pid)
    this.thaw()
    for (const pid of this.pids()) killHard(pid)
  }

  remove(): boolean {
    return this.#allDirs().map(removeGroup).every(Boolean)
  }

  /** Children before parents. */
  #allDirs(): string[] {
    const { freezer } = this.#dirs
    return [...(freezer ? [join(freezer, WRITERS)] : []), ...new Set(Object.values(this.#dirs))]
  }

  #limitMemory(bytes: number | null): void {
    const { memory } = this.#dirs
    if (!memory) return
    const limit = bytes ?? -1
    const withSwap = 'memory.memsw.limit_in_bytes'
    // Neither may pass the other on the way: up, the outer one moves first; down, the inner one.
    tryWrite(memory, withSwap, -1)
    write(memory, 'memory.limit_in_bytes', limit)
    if (!tryWrite(memory, withSwap, limit)) tryWrite(memory, 'memory.swappiness', 0)
  }
}

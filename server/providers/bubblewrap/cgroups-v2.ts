import { existsSync, mkdirSync, readFileSync } from 'node:fs'
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

const LIMITED_BY: Record<LimitName, string> = { memory: 'memory', cpus: 'cpu', processes: 'pids' }
const FOLDER = 'sandlot'
/** Where processes of a group go that is to have groups below: it may not have both. */
const OWN_FOLDER = 'sandlot-control'
const CPU_PERIOD_US = 100_000

/** Version 2: one tree; root may use all of it, an ordinary user what was delegated to it. */
export function findCgroupsV2(): Cgroups | null {
  const parent = usableParent()
  if (parent === null) return null
  const base = join(parent, FOLDER)
  try {
    mkdirSync(base, { recursive: true })
  } catch {
    return null
  }
  enableControllers(parent)
  enableControllers(base)
  const controllers = (read(base, 'cgroup.subtree_control') ?? '').trim().split(/\s+/)
  const unenforced: Partial<Record<LimitName, string>> = {}
  for (const [limit, controller] of Object.entries(LIMITED_BY) as [LimitName, string][]) {
    if (!controllers.includes(controller))
      unenforced[limit] = `The ${controller} controller of this machine's control groups is not ours to use.`
  }
  // A hybrid machine has its controllers in version 1.
  if (Object.keys(unenforced).length === Object.keys(LIMITED_BY).length) return null
  return {
    description: `Control groups, version 2: ${controllers.join(', ')}.`,
    unenforced,
    canFreeze: true,
    of: (name) => new CgroupV2(join(base, name)),
  }
}

/** The top for root; for others the group that they run in, if it is theirs. */
function usableParent(): string | null {
  const mount = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, , type]) => type === 'cgroup2')?.[1]
  if (mount === undefined) return null
  if (process.getuid?.() === 0) return mount
  const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '/'
  // A later start in the same scope finds itself where the earlier one moved.
  const path = join(mount, own).replace(new RegExp(`/${OWN_FOLDER}$`), '')
  return path === mount ? null : path
}

function enableControllers(dir: string): void {
  for (const controller of Object.values(LIMITED_BY)) {
    if (tryWrite(dir, 'cgroup.subtree_control', `+${controller}`)) continue
    makeRoom(dir)
    tryWrite(dir, 'cgroup.subtree_control', `+${controller}`)
  }
}

/** In a container or a delegated scope, our own processes sit in the group that is to have groups below. */
function makeRoom(dir: string): void {
  const available = (read(dir, 'cgroup.controllers') ?? '').trim()
  const pids = pidsIn(dir)
  if (available === '' || pids.length === 0) return
  try {
    mkdirSync(join(dir, OWN_FOLDER), { recursive: true })
  } catch {
    return
  }
  for (const pid of pids) move(pid, join(dir, OWN_FOLDER))
}

/** Exported for its test, which tries it where no controllers are. */
export class CgroupV2 implements Cgroup {
  readonly #dir: string
  readonly #writers: string

  constructor(dir: string) {
    this.#dir = dir
    this.#writers = join(dir, WRITERS)
  }

  create({ memoryBytes, cpus, processes }: SandboxLimits): void {
    mkdirSync(this.#dir, { recursive: true })
    const quota = cpus === null ? 'max' : Math.round(cpus * CPU_PERIOD_US)
    for (const [file, value] of [
      ['memory.max', memoryBytes ?? 'max'],
      ['memory.swap.max', memoryBytes === null ? 'max' : 0],
      ['cpu.max', `${quota} ${CPU_PERIOD_US}`],
      ['pids.max', processes ?? 'max'],
    ] as const) {
      if (existsSync(join(this.#dir, file))) write(this.#dir, file, value)
    }
  }

  get joinFiles(): string[] {
    return [join(this.#dir, 'cgroup.procs')]
  }

  pids(): number[] {
    return [...pidsIn(this.#dir), ...pidsIn(this.#writers)]
  }

  memoryBytes(): number | null {
    return readNumber(this.#dir, 'memory.current')
  }

  cpuMs(): number | null {
    const microseconds = /^usage_usec (\d+)$/m.exec(read(this.#dir, 'cpu.stat') ?? '')?.[1]
    return microseconds === undefined ? null : Number(microseconds) / 1000
  }

  processes(): number | null {
    return readNumber(this.#dir, 'pids.current')
  }

  outOfMemoryKills(): number {
    return Number(/^oom_kill (\d+)$/m.exec(read(this.#dir, 'memory.events') ?? '')?.[1] ?? 0)
  }

  freezeWriters(agentPid: number): void {
    mkdirSync(this.#writers, { recursive: true })
    write(this.#writers, 'cgroup.freeze', 1)
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const moving = pidsIn(this.#dir).filter((pid) => pid !== agentPid && !isNetwork(pid))
      if (moving.length === 0) return
      for (const pid of moving) move(pid, this.#writers)
    }
  }

  thaw(): void {
    if (!existsSync(this.#writers)) return
    write(this.#writers, 'cgroup.freeze', 0)
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const paused = pidsIn(this.#writers)
      if (paused.length === 0) break
      for (const pid of paused) move(pid, this.#dir)
    }
    removeGroup(this.#writers)
  }

  kill(): void {
    if (!existsSync(this.#dir) || tryWrite(this.#dir, 'cgroup.kill', 1)) return
    // Before Linux 5.14: new processes cannot outrun the kills where none can be made.
    tryWrite(this.#dir, 'pids.max', 0)
    for (const pid of this.pids()) killHard(pid)
  }

  remove(): boolean {
    return [this.#writers, this.#dir].map(removeGroup).every(Boolean)
  }
}

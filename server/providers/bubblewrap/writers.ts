import type { Cgroup } from './cgroup'
import { descendantsNear, descendantsOf } from './descendants'
import { readStat } from './host-process'

/** Processes that fork while they are stopped need another round; more than this many never end. */
const MAX_ROUNDS = 20

/** What a full disk pauses: everything in a sandbox but its agent. */
export class Writers {
  readonly #cgroup: Cgroup | null
  readonly #agentPid: () => number | null
  #stopped: number[] = []

  constructor(cgroup: Cgroup | null, agentPid: () => number | null) {
    this.#cgroup = cgroup
    this.#agentPid = agentPid
  }

  /** Whom it would pause. */
  pids(): number[] {
    const agentPid = this.#agentPid()
    if (agentPid === null) return []
    return this.#cgroup ? this.#cgroup.pids().filter((pid) => pid !== agentPid) : descendantsNear(agentPid)
  }

  hold(agentPid: number): void {
    if (this.#cgroup) this.#cgroup.freezeWriters(agentPid)
    else this.#stopAll(agentPid)
  }

  release(): void {
    if (this.#cgroup) this.#cgroup.thaw()
    else this.#continueAll()
  }

  /** Without a freezer: programs notice it and could undo it for one another, but most do not. */
  #stopAll(agentPid: number): void {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const running = descendantsOf(agentPid).filter((pid) => !isStopped(pid))
      if (running.length === 0) return
      for (const pid of running) signal(pid, 'SIGSTOP')
      this.#stopped.push(...running)
    }
  }

  /** After a restart of ours it is not known which were stopped by us: all go on. */
  #continueAll(): void {
    const agentPid = this.#agentPid()
    const all = agentPid === null ? [] : descendantsOf(agentPid)
    for (const pid of all)
      if (this.#stopped.length === 0 || this.#stopped.includes(pid)) signal(pid, 'SIGCONT')
    this.#stopped = []
  }
}

function isStopped(pid: number): boolean {
  const state = readStat(pid)?.state
  return state === undefined || state === 'T' || state === 'Z'
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // Ended meanwhile.
  }
}

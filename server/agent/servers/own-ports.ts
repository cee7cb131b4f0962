import { readFileSync } from 'node:fs'
import type { Port } from '@/server/agent-contract'
import { listPorts } from '../ports'
import { parseProcStat } from '../proc-stat'
import { markOf } from './marked-processes'
import type { ServerProcess } from './server-process'

/** Soon enough to feel immediate. Ports are read only while a server runs. */
const LOOK_INTERVAL_MS = 250
/** Of all time at most this part is spent on looking, however many ports there are. */
const MAX_SHARE = 0.05

export interface PortFollower {
  process: ServerProcess
  /** Each time: the ports of its processes, and those of which nobody can be told (`pid` null). */
  onLook(ports: Port[]): void
}

/** Where a process comes from. */
interface Origin {
  session: number
  ancestors: Set<number>
  mark: string | undefined
}

const followers = new Set<PortFollower>()
/** Of those that listen. */
let origins = new Map<number, Origin>()
let timer: ReturnType<typeof setTimeout> | undefined

/** Tells the listening ports of a process and all below it, until the returned function is called. */
export function followOwnPorts(follower: PortFollower): () => void {
  followers.add(follower)
  timer ??= setTimeout(look, LOOK_INTERVAL_MS)
  return () => {
    followers.delete(follower)
    if (followers.size > 0) return
    clearTimeout(timer)
    timer = undefined
    origins = new Map()
  }
}

function look(): void {
  const startedAt = performance.now()
  try {
    tellPorts()
  } finally {
    const tookMs = performance.now() - startedAt
    timer =
      followers.size === 0 ? undefined : setTimeout(look, Math.max(LOOK_INTERVAL_MS, tookMs / MAX_SHARE))
  }
}

function tellPorts(): void {
  const ports = listPorts()
  // Without a free descriptor nothing can be read, which does not mean that nothing listens.
  if (ports.length === 0 && readText('/proc/net/tcp') === undefined) return
  const next = new Map<number, Origin>()
  for (const { pid } of ports) if (pid !== null) next.set(pid, origins.get(pid) ?? originOf(pid))
  origins = next
  for (const follower of followers) follower.onLook(ports.filter((port) => isOf(port, follower.process)))
}

function isOf({ pid }: Port, process: ServerProcess): boolean {
  if (pid === null) return true
  const origin = origins.get(pid)
  if (!origin) return false
  return origin.session === process.pid || origin.ancestors.has(process.pid) || origin.mark === process.mark
}

function originOf(pid: number): Origin {
  const ancestors = new Set<number>()
  let session = 0
  for (let at = pid; at > 1 && !ancestors.has(at); ) {
    const stat = parseProcStat(readText(`/proc/${at}/stat`) ?? '')
    if (at === pid) session = stat?.session ?? 0
    ancestors.add(at)
    at = stat?.parentPid ?? 0
  }
  return { session, ancestors, mark: markOf(pid) }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

import { readdirSync, readFileSync } from 'node:fs'
import { SandboxError } from '@/lib/errors'
import type { Signal, SystemProcess } from '@/server/agent-contract'
import { errnoOf, fromErrno, onPath } from './errno'
import { type ProcStat, parseOwnMemory, parseProcStat } from './proc-stat'
import { listProcesses } from './processes'
import { listTerminals } from './terminals'

/** USER_HZ and the page size, which no Linux of x86-64 or arm64 that Bun runs on has otherwise. */
const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4096
/** Two who look at once would else share one interval, and the second see a share of nothing. */
const MIN_INTERVAL_MS = 200
const MAX_COMMAND_CHARS = 4096

interface Sample {
  startTicks: number
  cpuTicks: number
  cpuPercent: number
  atMs: number
}

let samples = new Map<number, Sample>()

/** GET /system/processes */
export function listSystemProcesses(): SystemProcess[] {
  const stats = readStats()
  const owners = ownersByPid()
  const bootedAtMs = readBootTime()
  const before = samples
  samples = new Map()
  const processes: SystemProcess[] = []
  for (const [pid, stat] of stats) {
    const text = readProc(pid, 'cmdline')
    if (text === undefined) continue
    const sample = takeSample(stat, before.get(pid), bootedAtMs)
    samples.set(pid, sample)
    processes.push({
      pid,
      parentPid: stat.parentPid,
      name: stat.name,
      command: commandOf(text, stat.name),
      state: stat.state,
      cpuPercent: sample.cpuPercent,
      memoryBytes: parseOwnMemory(readProc(pid, 'statm') ?? '', PAGE_BYTES),
      startedAtMs: Math.round(bootedAtMs + (stat.startTicks * 1000) / TICKS_PER_SECOND),
      ...ownerOf(pid, stats, owners),
    })
  }
  return processes
}

/** POST /system/processes/{pid}/signal */
export function signalSystemProcess(text: string, signal: Signal): void {
  const pid = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined
  if (pid === undefined) throw new SandboxError('bad_request', `Not a process id: ${text.slice(0, 100)}`)
  if (pid === process.pid) {
    throw new SandboxError('permission_denied', 'This is the agent of the sandbox. End the sandbox instead.')
  }
  try {
    process.kill(pid, signal)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ESRCH') throw new SandboxError('process_not_found', `No such process: ${pid}`)
    throw fromErrno(thrown, `process ${pid}`)
  }
}

function readStats(): Map<number, ProcStat> {
  const stats = new Map<number, ProcStat>()
  for (const name of onPath('/proc', () => readdirSync('/proc'))) {
    const pid = Number(name)
    const stat = Number.isInteger(pid) ? parseProcStat(readProc(pid, 'stat') ?? '') : undefined
    if (stat) stats.set(pid, stat)
  }
  return stats
}

/** `undefined` where the process has ended since. */
function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}

function readBootTime(): number {
  const match = /^btime (\d+)/m.exec(readFileSync('/proc/stat', 'utf8'))
  return Number(match?.[1] ?? 0) * 1000
}

/** The first time over its whole life, since that is all there is to go by. */
function takeSample(stat: ProcStat, before: Sample | undefined, bootedAtMs: number): Sample {
  const atMs = Date.now()
  const isSame = before?.startTicks === stat.startTicks
  if (before && isSame && atMs - before.atMs < MIN_INTERVAL_MS) return before
  const sinceMs = before && isSame ? before.atMs : bootedAtMs + (stat.startTicks * 1000) / TICKS_PER_SECOND
  const ticks = stat.cpuTicks - (before && isSame ? before.cpuTicks : 0)
  const cpuMs = (ticks * 1000) / TICKS_PER_SECOND
  const cpuPercent = Math.max(0, Math.round((1000 * cpuMs) / Math.max(atMs - sinceMs, 10)) / 10)
  return { startTicks: stat.startTicks, cpuTicks: stat.cpuTicks, cpuPercent, atMs }
}

function commandOf(cmdline: string, name: string): string {
  const command = cmdline.replaceAll('\0', ' ').trim().slice(0, MAX_COMMAND_CHARS)
  // Kernel threads and zombies have none.
  return command === '' ? `[${name}]` : command
}

type Owner = Pick<SystemProcess, 'terminalId' | 'processId'>

function ownersByPid(): Map<number, Owner> {
  const owners = new Map<number, Owner>()
  for (const process of listProcesses()) owners.set(process.pid, { processId: process.id })
  for (const terminal of listTerminals()) owners.set(terminal.pid, { terminalId: terminal.id })
  return owners
}

/** By its session first, which it keeps when its parent ends; else by its ancestors. */
function ownerOf(pid: number, stats: Map<number, ProcStat>, owners: Map<number, Owner>): Owner {
  const bySession = owners.get(stats.get(pid)?.session ?? 0)
  if (bySession) return bySession
  const seen = new Set<number>()
  for (let at = pid; at > 1 && !seen.has(at); at = stats.get(at)?.parentPid ?? 0) {
    const owner = owners.get(at)
    if (owner) return owner
    seen.add(at)
  }
  return {}
}

import { readFileSync } from 'node:fs'

/** A process that cannot be mistaken for a later one with the same pid: its start time goes with it. */
export interface HostProcess {
  pid: number
  /** Clock ticks after boot, field 22 of proc(5) stat, with the boot's id. */
  startedAt: string
}

export interface ProcessStat {
  state: string
  parentPid: number
  cpuTicks: number
  startTicks: string
}

let bootId: string | undefined

export function identify(pid: number): HostProcess | null {
  const stat = readStat(pid)
  return stat === null ? null : { pid, startedAt: `${stat.startTicks}@${thisBoot()}` }
}

export function isAlive(process: HostProcess): boolean {
  const stat = readStat(process.pid)
  return stat !== null && stat.state !== 'Z' && `${stat.startTicks}@${thisBoot()}` === process.startedAt
}

/** Of the program that it runs: 15 bytes at most. */
export function nameOf({ pid }: HostProcess): string | null {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd()
  } catch {
    return null
  }
}

/** Signals it if it is still the one that was recorded; false where it is gone. */
export function signalProcess(target: HostProcess, signal: NodeJS.Signals): boolean {
  if (!isAlive(target)) return false
  try {
    return process.kill(target.pid, signal)
  } catch {
    return false
  }
}

export function readStat(pid: number): ProcessStat | null {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return null
  }
  // The name may hold spaces and parentheses; the last parenthesis ends it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return {
    state: fields[0] ?? 'X',
    parentPid: Number(fields[1]),
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    startTicks: fields[19] ?? '',
  }
}

function thisBoot(): string {
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim().slice(0, 8)
  return bootId
}

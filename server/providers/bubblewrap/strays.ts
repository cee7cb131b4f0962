import { readdirSync, readFileSync } from 'node:fs'
import { readStat } from './host-process'

/** Processes of a sandbox that no record names: what has its directory among its arguments, and their children. */
export function findStrays(root: string): number[] {
  const pids = allPids()
  const launchers = new Set(pids.filter((pid) => pid !== process.pid && argumentsOf(pid).includes(root)))
  return pids.filter((pid) => launchers.has(pid) || launchers.has(readStat(pid)?.parentPid ?? -1))
}

export function allProcessArguments(): string[] {
  return allPids().flatMap(argumentsOf)
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

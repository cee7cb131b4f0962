import type { ProcessInfo } from '@/lib/protocol/workbench'

export type ProcessSort = {
  by: 'pid' | 'name' | 'command' | 'cpu_percent' | 'memory_bytes' | 'started_at'
  isDescending: boolean
}

/** By one column; those that are equal stay in the order of their pids, so that rows do not dance. */
export function sortProcesses(processes: readonly ProcessInfo[], sort: ProcessSort): ProcessInfo[] {
  const direction = sort.isDescending ? -1 : 1
  return [...processes].sort((a, b) => compare(a, b, sort.by) * direction || a.pid - b.pid)
}

function compare(a: ProcessInfo, b: ProcessInfo, by: ProcessSort['by']): number {
  // The column is an age: who started last has run for the shortest time.
  if (by === 'started_at') return Date.parse(b.started_at) - Date.parse(a.started_at)
  const [left, right] = [a[by], b[by]]
  if (typeof left === 'number' && typeof right === 'number') return left - right
  return String(left).localeCompare(String(right))
}

import { readdirSync, readFileSync } from 'node:fs'
import { readStat } from './host-process'

/** All that hangs below pid 1 of a sandbox, orphans included: they become its children. Reads every process of the host. */
export function descendantsOf(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = readStat(Number(name))?.parentPid
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  return collect(root, (pid) => children.get(pid) ?? [])
}

/** The same at the price of the sandbox alone, though one that forks meanwhile may be missed. */
export function descendantsNear(root: number): number[] {
  return listChildren(process.pid) === null
    ? descendantsOf(root)
    : collect(root, (pid) => listChildren(pid) ?? [])
}

function collect(root: number, childrenOf: (pid: number) => number[]): number[] {
  const found: number[] = []
  const open = [root]
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const below = childrenOf(pid)
    found.push(...below)
    open.push(...below)
  }
  return found
}

/** Each thread has those that it started; `null` where the process is gone, or the kernel keeps no such lists. */
function listChildren(pid: number): number[] | null {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return null
  }
}

import { readdirSync, readFileSync } from 'node:fs'

/** Of a process and all that hangs below it, as the kernel counts them for its limit. */
export function threadsBelow(root: number): number {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (statOf(name) ?? []) : []))
  const inside = new Set([root])
  // A parent may have a larger number than its child.
  for (let size = 0; size !== inside.size; ) {
    size = inside.size
    for (const { pid, parent } of all) if (inside.has(parent)) inside.add(pid)
  }
  return all.filter(({ pid }) => inside.has(pid)).reduce((sum, { threads }) => sum + threads, 0)
}

function statOf(pid: string): { pid: number; parent: number; threads: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    // One that has ended and is not yet asked about runs nothing.
    if (fields[0] === 'Z') return null
    return { pid: Number(pid), parent: Number(fields[1]), threads: Number(fields[17]) }
  } catch {
    // Ended meanwhile.
    return null
  }
}

/** Process ids that Bun spawned and has not reaped yet. */
const pids = new Set<number>()

export function addOwnChild(pid: number, exited: Promise<unknown>): void {
  pids.add(pid)
  const remove = () => pids.delete(pid)
  exited.then(remove, remove)
}

export function isOwnChild(pid: number): boolean {
  return pids.has(pid)
}

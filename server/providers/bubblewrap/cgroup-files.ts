import { readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Of paused programs within the group of a sandbox. */
export const WRITERS = 'writers'
/** A group whose processes fork while they are moved needs another round; more than this never ends. */
export const MAX_ROUNDS = 100

/** slirp4netns writes no files, and a paused network would end connections that the agent needs none of, but users do. */
export function isNetwork(pid: number): boolean {
  return read(`/proc/${pid}`, 'comm')?.trim() === 'slirp4netns' && !isInSandbox(pid)
}

/** A program inside may call itself what it likes; only those in a pid namespace of their own have two numbers. */
function isInSandbox(pid: number): boolean {
  const numbers = /^NSpid:\s*(.*)$/m.exec(read(`/proc/${pid}`, 'status') ?? '')?.[1] ?? ''
  return numbers.trim().split(/\s+/).length > 1
}

export function pidsIn(dir: string): number[] {
  const text = read(dir, 'cgroup.procs') ?? ''
  return text.split('\n').filter(Boolean).map(Number)
}

export function move(pid: number, dir: string): void {
  // It may have ended meanwhile.
  tryWrite(dir, 'cgroup.procs', pid)
}

export function killHard(pid: number): void {
  // Pid 0 would be our own group: the kernel shows it for processes of outer pid namespaces.
  if (pid <= 1) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Ended meanwhile.
  }
}

export function removeGroup(dir: string): boolean {
  try {
    rmdirSync(dir)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

export function write(dir: string, file: string, value: string | number): void {
  writeFileSync(join(dir, file), String(value))
}

export function tryWrite(dir: string, file: string, value: string | number): boolean {
  try {
    write(dir, file, value)
    return true
  } catch {
    return false
  }
}

export function read(dir: string | undefined, file: string): string | null {
  if (dir === undefined) return null
  try {
    return readFileSync(join(dir, file), 'utf8')
  } catch {
    return null
  }
}

export function readNumber(dir: string | undefined, file: string): number | null {
  const text = read(dir, file)
  return text === null ? null : Number(text)
}

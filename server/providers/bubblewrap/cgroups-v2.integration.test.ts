import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { read } from './cgroup-files'
import { CgroupV2, findCgroupsV2 } from './cgroups-v2'

const limits = {
  memoryBytes: null,
  cpus: null,
  processes: null,
  diskBytes: null,
  openFiles: null,
  required: [],
}
const mount = readFileSync('/proc/self/mounts', 'utf8')
  .split('\n')
  .map((line) => line.split(' '))
  .find(([, , type]) => type === 'cgroup2')?.[1]

/** Freezing and ending need no controller, so that they can be tried wherever root has version 2 mounted, empty or not. */
it.skipIf(!isWritable(mount))('pauses all but the agent, lets them go on, and ends everything', async () => {
  const dir = join(mount ?? '', `sandlot-test-${process.pid}`)
  const cgroup = new CgroupV2(dir)
  cgroup.create(limits)
  const [join0 = ''] = cgroup.joinFiles
  const children: ChildProcess[] = [1, 2, 3].map(() =>
    spawn('/bin/sh', ['-c', `echo 0 > ${join0}; while :; do sleep 0.01; done`], { stdio: 'ignore' }),
  )
  const agentPid = children[0]?.pid ?? 0
  await vi.waitFor(() => expect(cgroup.pids().length).toBeGreaterThanOrEqual(3))

  cgroup.freezeWriters(agentPid)
  await vi.waitFor(() => expect(read(join(dir, 'writers'), 'cgroup.events')).toContain('frozen 1'))
  expect(read(join(dir, 'writers'), 'cgroup.procs')).not.toContain(`${agentPid}\n`)
  cgroup.thaw()
  expect(cgroup.pids().length).toBeGreaterThanOrEqual(3)

  cgroup.freezeWriters(agentPid)
  cgroup.kill()
  await vi.waitFor(() => expect(cgroup.remove()).toBe(true))
  await vi.waitFor(() => expect(children.every(({ signalCode }) => signalCode === 'SIGKILL')).toBe(true))
})

const cgroups = findCgroupsV2()

it.skipIf(cgroups === null)("has the limits that were asked for, in the kernel's own words", () => {
  const cgroup = cgroups?.of(`sandlot-test-${process.pid}`) ?? expect.fail('no control groups')
  const dir = dirname(cgroup.joinFiles[0] ?? '')
  const wanted: [limit: string, file: string, text: string][] = [
    ['memory', 'memory.max', String(96 * 1024 * 1024)],
    ['cpus', 'cpu.max', '50000 100000'],
    ['processes', 'pids.max', '40'],
  ]
  try {
    cgroup.create({ ...limits, memoryBytes: 96 * 1024 * 1024, cpus: 0.5, processes: 40 })
    const held = wanted.filter(([limit]) => !(limit in (cgroups?.unenforced ?? {})))
    expect(held).not.toEqual([])
    for (const [, file, text] of held) expect(read(dir, file), file).toBe(`${text}\n`)
    // Given again with none, none is left.
    cgroup.create(limits)
    for (const [, file] of held) expect(read(dir, file), file).toMatch(/^max\b/)
  } finally {
    expect(cgroup.remove()).toBe(true)
  }
})

function isWritable(path: string | undefined): boolean {
  try {
    accessSync(path ?? '', constants.W_OK)
    return process.getuid?.() === 0
  } catch {
    return false
  }
}

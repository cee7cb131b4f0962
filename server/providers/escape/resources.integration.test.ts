import { spawnSync } from 'node:child_process'
import { describe, expect, it, vi } from 'vitest'
import type { SandboxChange, SandboxSpec } from '../provider'
import { callAgent } from '../testing/agent-call'
import { holdCaptive } from '../testing/captive'
import { defaultLimits, kinds } from '../testing/provider-under-test'
import { agentPidOf } from '../testing/recorded-agent'
import { threadsBelow } from '../testing/threads-below'

const EAGAIN = 11
const MiB = 1024 * 1024
const PROCESSES = defaultLimits.processes ?? 0
/** More than this beyond a sandbox at rest are a bomb's; how many it comes to is up to the kernel. */
const FEW_PROCESSES = 20
/** A host that is used up would not get to this at all. */
const USABLE_MS = 10_000
const CONTENT = '/files/content?path=/home/user/workspace/note'

describe.each(kinds)('out of a sandbox of $name, by using up the host', ({ open, isRoot }) => {
  const { tested, made, run, python } = holdCaptive(open)
  const call = (spec: SandboxSpec, method: string, path: string, body?: unknown) =>
    callAgent(tested().provider, spec, method, path, body)

  it('a fork bomb stays within its sandbox, which can still be used and ended', async () => {
    const bombed = await made()
    const agentPid = agentPidOf(tested().dataDir, bombed.id)
    const atRest = threadsBelow(agentPid)
    // A shell's bomb ends by itself once it may not fork; this one goes on trying.
    const bomb = 'import os\nwhile True:\n try: os.fork()\n except OSError: pass'
    await run(`setsid python3 -c '${bomb}' >/dev/null 2>&1 &`, bombed)
    await vi.waitFor(() => expect(threadsBelow(agentPid)).toBeGreaterThan(atRest + FEW_PROCESSES), {
      timeout: USABLE_MS,
    })
    expect((await call(bombed, 'GET', '/health')).status).toBe(200)
    expectUsableHost()
    expect(threadsBelow(agentPid)).toBeLessThanOrEqual(PROCESSES)
    await tested().provider.delete(bombed.id)
    await vi.waitFor(() => expect(threadsBelow(agentPid)).toBe(0))
  })

  it('each sandbox has its number of processes for itself, whatever else its user runs', async () => {
    const crowded = await made()
    const forkAll = `
import os, time
count = 0
try:
    while True:
        if os.fork() == 0: time.sleep(60); os._exit(0)
        count += 1
except OSError as error: print(count, error.errno)`
    const [count, errno] = (await python(forkAll, crowded)).stdout.split(' ').map(Number)
    expect(count).toBeGreaterThan(PROCESSES / 2)
    expect(count).toBeLessThan(PROCESSES)
    expect(errno).toBe(EAGAIN)
    // The crowd is still there, and has the same user where Sandlot is not run as root.
    const next = await made()
    expect((await run('seq 30 | xargs -P 30 -n 1 sh -c "sleep 0; echo ok" | sort -u', next)).stdout).toBe(
      'ok\n',
    )
    await tested().provider.delete(crowded.id)
  })

  // An ordinary user without control groups has no such limit; the provider says so.
  describe.skipIf(!isRoot)('with control groups', () => {
    it('a memory flood ends itself and nothing else', async () => {
      const flooded = await made({ limits: { ...defaultLimits, memoryBytes: 96 * MiB } })
      const result = await run('python3 -c "x = []\nwhile True: x.append(bytearray(1 << 20))"', flooded)
      expect(result.exitCode).not.toBe(0)
      expectUsableHost()
      expect((await run('echo alive', flooded)).stdout).toBe('alive\n')
      expect((await tested().provider.usage(flooded.id)).memoryBytes).toBeLessThanOrEqual(96 * MiB)
      const shared = await run(
        'head -c 90000000 /dev/zero > /dev/shm/x; head -c 90000000 /dev/zero > /run/x',
        flooded,
      )
      expect(shared.exitCode).not.toBe(0)
      expect((await run('echo alive', flooded)).stdout).toBe('alive\n')
    })

    it('a flood that begins anew each time it is ended leaves the agent at work', async () => {
      const flooded = await made({ limits: { ...defaultLimits, memoryBytes: 96 * MiB } })
      // Its shell is not what grows, so that it lives to start the next and to count.
      const loop = 'while :; do tail /dev/zero; echo $? >> ends; done'
      await run(`setsid sh -c '${loop}' >/dev/null 2>&1 &`, flooded)
      const ends = async () => {
        const { status, text } = await call(flooded, 'GET', CONTENT.replace('note', 'ends'))
        return status === 200 ? text.trim().split('\n') : []
      }
      for (const more of [2, 4, 6]) {
        await vi.waitFor(async () => expect((await ends()).length).toBeGreaterThanOrEqual(more), 20_000)
        expect((await call(flooded, 'GET', '/health')).status).toBe(200)
        expect((await call(flooded, 'PUT', CONTENT, { more })).status).toBe(200)
        expect((await call(flooded, 'GET', CONTENT)).text).toBe(JSON.stringify({ more }))
      }
      expect(new Set(await ends())).toEqual(new Set(['137']))
    })

    it('memory that nobody holds, and that cannot be taken back, ends the sandbox and says why', async () => {
      // So little, less than the settings allow, fits into file systems in memory whole; they outlive the programs that are
      // ended for it, until the agent alone is left to be ended.
      const full = await made({ limits: { ...defaultLimits, memoryBytes: 32 * MiB } })
      const changes: [string, SandboxChange][] = []
      const stopListening = tested().provider.onChange((id, change) => changes.push([id, change]))
      const fill = 'cat /dev/zero > /dev/shm/x; cat /dev/zero > /run/x'
      await run(`setsid sh -c '${fill}' >/dev/null 2>&1 &`, full).catch(() => undefined)
      await vi.waitFor(async () => {
        await call(full, 'GET', '/health').catch(() => undefined)
        expect(changes).toEqual([[full.id, { type: 'exited', reason: 'out_of_memory' }]])
      }, 20_000)
      stopListening()
      expectUsableHost()
    })

    it('two that never rest have half a processor where that is their limit', async () => {
      const busy = await made({ limits: { ...defaultLimits, cpus: 0.5 } })
      const used = async () => (await tested().provider.usage(busy.id)).cpuMs ?? 0
      const before = await used()
      const spin = "timeout 2 sh -c 'while :; do :; done'"
      await run(`${spin} & ${spin}; wait`, busy)
      const spent = (await used()) - before
      // Half of two seconds, and what a period or two of the kernel add; without the limit it would be up to four seconds.
      expect(spent).toBeGreaterThan(300)
      expect(spent).toBeLessThan(1_500)
    })
  })

  it('one file cannot be larger than the disk limit, nor more opened than allowed', async () => {
    const small = await made({ limits: { ...defaultLimits, diskBytes: 8 * MiB } })
    const few = await made({ limits: { ...defaultLimits, openFiles: 64 } })
    await run('head -c 20000000 /dev/zero > big', small)
    expect(Number((await run('stat -c %s big', small)).stdout)).toBeLessThanOrEqual(8 * MiB)
    const { stderr } = await run('python3 -c "x = [open(\'/dev/null\') for _ in range(100)]"', few)
    expect(stderr).toContain('Too many open files')
  })

  it('a flood of output is cut, not kept', async () => {
    const flooding = run('yes | head -c 200000000')
    expectUsableHost()
    const { stdout } = await flooding
    expect(stdout.length).toBeGreaterThan(0)
    expect(stdout.length).toBeLessThanOrEqual(1024 * 1024)
  })
})

/** An ordinary program of the host starts and ends. */
function expectUsableHost(): void {
  const found = spawnSync('/bin/sh', ['-c', 'ls / | sort | wc -l'], { timeout: USABLE_MS })
  expect(found).toMatchObject({ status: 0, signal: null })
}

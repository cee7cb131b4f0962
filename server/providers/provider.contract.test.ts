import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { SandboxChange, SandboxSpec } from './provider'
import { callAgent, runIn } from './testing/agent-call'
import { defaultLimits, kinds, newSpec, type ProviderUnderTest } from './testing/provider-under-test'
import { agentPidOf } from './testing/recorded-agent'

describe.each(kinds)('$name', ({ open, isRoot }) => {
  let tested: ProviderUnderTest
  const made = async (changes: Partial<SandboxSpec> = {}) => {
    const spec = newSpec(changes)
    return { spec, ...(await tested.provider.create(spec)) }
  }
  const listed = async (id: string) => (await tested.provider.list()).find((each) => each.id === id)

  beforeAll(async () => {
    tested = await open()
  })
  afterAll(() => tested.dispose())

  it('makes a sandbox whose agent answers at once', async () => {
    const { spec } = await made()
    const health = await callAgent(tested.provider, spec, 'GET', '/health')
    expect(health.status).toBe(200)
    expect((await runIn(tested.provider, spec, 'node -v')).stdout).toBe(`${process.version}\n`)
    expect(await listed(spec.id)).toEqual({ id: spec.id, isRunning: true })
  })

  it('keeps those without the secret out', async () => {
    const { spec } = await made()
    const answer = await callAgent(tested.provider, { ...spec, secret: 'another' }, 'GET', '/health')
    expect(answer.status).toBe(401)
  })

  it('refuses a second sandbox of the same id, and ids that are none', async () => {
    const { spec } = await made()
    await expect(tested.provider.create(spec)).rejects.toMatchObject({ code: 'already_exists' })
    expect((await runIn(tested.provider, spec, 'echo still here')).stdout).toBe('still here\n')
    for (const id of ['', '..', '../x', 'a/b', 'A', 'a\0', '-a', 'a'.repeat(64)])
      await expect(tested.provider.create({ ...spec, id })).rejects.toMatchObject({ code: 'bad_request' })
  })

  it('says that there is no sandbox where there is none', async () => {
    const { provider } = tested
    const spec = newSpec()
    for (const act of [
      () => provider.dial(spec.id),
      () => provider.stop(spec.id),
      () => provider.usage(spec.id),
      () => provider.start(spec.id, spec),
    ])
      await expect(act()).rejects.toMatchObject({ code: 'sandbox_not_found' })
    await provider.delete(spec.id)
  })

  it('stops whatever runs, keeps the files, and starts again on them', async () => {
    const { spec } = await made()
    const { provider } = tested
    await runIn(
      provider,
      spec,
      'mkdir -p /app && echo kept > /app/file; setsid sh -c \'trap "" TERM; sleep 600\' >/dev/null 2>&1 &',
    )
    await provider.stop(spec.id)
    expect(await listed(spec.id)).toEqual({ id: spec.id, isRunning: false })
    await expect(provider.dial(spec.id)).rejects.toMatchObject({ code: 'sandbox_stopped' })
    await provider.stop(spec.id)
    const again = { ...spec, secret: 'another-secret' }
    await provider.start(spec.id, again)
    const found = await runIn(provider, again, 'cat /app/file; pgrep sleep')
    expect(found.stdout).toBe('kept\n')
    await provider.start(spec.id, again)
    expect((await callAgent(provider, spec, 'GET', '/health')).status).toBe(401)
  })

  it('starts again whatever the sandbox made of its own directories', async () => {
    const { spec } = await made()
    const { provider } = tested
    const vandalism =
      'rm -rf /tmp /var; ln -s /oldroot/etc /var; ln -s / /tmp; rm -rf /run/sandlot/*; ln -s /etc /run/sandlot/agent.sock; mv /usr /gone; ln -sf /nowhere /opt; rmdir /etc'
    await runIn(provider, spec, vandalism)
    await provider.stop(spec.id)
    await provider.start(spec.id, spec)
    expect((await runIn(provider, spec, 'cd /; node -e "console.log(6 * 7)"')).stdout).toBe('42\n')
  })

  it('deletes processes and files, also unreadable and countless ones', async () => {
    const { spec } = await made()
    const { provider, dataDir } = tested
    await runIn(
      provider,
      spec,
      'seq 1 20000 | (mkdir many && cd many && xargs touch); mkdir -p a/b && touch a/b/c && chmod 0 a/b a',
    )
    await runIn(provider, spec, 'setsid sleep 600 >/dev/null 2>&1 &')
    await provider.delete(spec.id)
    expect(await listed(spec.id)).toBeUndefined()
    expect(existsSync(join(dataDir, 'sandboxes', spec.id))).toBe(false)
    await vi.waitFor(() => expect(readdirSync(join(dataDir, 'trash'))).toEqual([]), { timeout: 20_000 })
    await provider.delete(spec.id)
  })

  it('measures a sandbox from outside', async () => {
    const { spec } = await made()
    await runIn(tested.provider, spec, 'head -c 5000000 /dev/urandom > file')
    await vi.waitFor(async () => {
      const usage = await tested.provider.usage(spec.id)
      expect(usage.diskBytes).toBeGreaterThan(5_000_000)
      expect(usage.memoryLimitBytes).toBe(defaultLimits.memoryBytes)
      if (isRoot) expect(usage.memoryBytes).toBeGreaterThan(100_000)
      if (isRoot) expect(usage.cpuMs).toBeGreaterThan(0)
      if (isRoot) expect(usage.processes).toBeGreaterThan(0)
    }, 10_000)
  })

  it('makes twenty at once', async () => {
    const specs = Array.from({ length: 20 }, () => newSpec())
    await Promise.all(specs.map((spec) => tested.provider.create(spec)))
    const answers = await Promise.all(specs.map((spec) => runIn(tested.provider, spec, 'hostname; id -u')))
    expect(new Set(answers.map(({ stdout }) => stdout))).toEqual(new Set(['sandbox\n1000\n']))
    await Promise.all(specs.map(({ id }) => tested.provider.delete(id)))
  })

  it('is found again by a later provider, running and stopped', async () => {
    const { spec } = await made({ egress: 'all' })
    const { spec: stopped } = await made()
    await runIn(tested.provider, spec, 'echo before > note')
    await tested.provider.stop(stopped.id)
    await tested.again()
    const found = await tested.provider.list()
    expect(found).toContainEqual({ id: spec.id, isRunning: true })
    expect(found).toContainEqual({ id: stopped.id, isRunning: false })
    expect((await runIn(tested.provider, spec, 'cat note')).stdout).toBe('before\n')
  })

  it('tells when a sandbox ends without being told to', async () => {
    const { spec } = await made()
    const changes: [string, SandboxChange][] = []
    const stopListening = tested.provider.onChange((id, change) => changes.push([id, change]))
    // As the kernel or an operator might.
    process.kill(agentPidOf(tested.dataDir, spec.id), 'SIGKILL')
    await vi.waitFor(
      () => expect(changes).toContainEqual([spec.id, { type: 'exited', reason: 'unknown' }]),
      10_000,
    )
    stopListening()
    expect(await listed(spec.id)).toEqual({ id: spec.id, isRunning: false })
  })

  it('pauses writers at the disk limit, and lets them go on when there is room', async () => {
    const limits = { ...defaultLimits, diskBytes: 40 * 1024 * 1024 }
    const { spec } = await made({ limits })
    const { provider } = tested
    const changes: string[] = []
    const stopListening = provider.onChange((id, { type }) => id === spec.id && changes.push(type))
    const flood = 'i=0; while :; do head -c 4000000 /dev/zero > flood$i; i=$((i+1)); done'
    await runIn(provider, spec, `setsid sh -c '${flood}' >/dev/null 2>&1 &`)
    await vi.waitFor(() => expect(changes).toContain('disk_full'), 20_000)
    await runIn(provider, spec, 'rm -f flood*')
    await vi.waitFor(() => expect(changes).toContain('disk_ok'), 20_000)
    await vi.waitFor(() => expect(changes.filter((type) => type === 'disk_full')).toHaveLength(2), 20_000)
    stopListening()
    await provider.stop(spec.id)
    expect(await listed(spec.id)).toEqual({ id: spec.id, isRunning: false })
  })

  it.each([
    ['', 0],
    [', paused or not, once nothing else is too much', 4],
  ])('ends who fills the disk with files that nobody can delete%s', async (_when, named) => {
    const limits = { ...defaultLimits, diskBytes: 40 * 1024 * 1024 }
    const { spec } = await made({ limits })
    const { provider } = tested
    const changes: string[] = []
    const stopListening = provider.onChange((id, { type }) => id === spec.id && changes.push(type))
    // More than one, since none alone may be larger than the limit.
    const fill = [
      'import os, time',
      'def write(file):',
      '  for _ in range(30): file.write(bytes(1 << 20)); file.flush()',
      `for i in range(${named}): write(open(f"named{i}", "wb"))`,
      'files = [open(name, "wb") for name in ("a", "b")]',
      'for file in files: os.unlink(file.name); write(file)',
      'time.sleep(600)',
    ].join('\n')
    const filling = runIn(provider, spec, `echo kept > note; python3 -c '${fill}'`)
    // Paused at whatever file, it goes on when those with names are gone, until only the others are too much.
    const answer = await untilSettled(filling, () => runIn(provider, spec, 'rm -f named*'))
    expect(answer.exitCode).toBe(137)
    await vi.waitFor(() => expect(changes.at(-1)).toBe('disk_ok'), 20_000)
    expect((await runIn(provider, spec, 'cat note')).stdout).toBe('kept\n')
    expect((await provider.usage(spec.id)).diskBytes).toBeLessThan(10 * 1024 * 1024)
    stopListening()
  })

  it('counts what lies beside the socket of the agent', async () => {
    const { spec } = await made()
    await runIn(tested.provider, spec, 'head -c 5000000 /dev/urandom > /run/sandlot/file')
    await vi.waitFor(
      async () => expect((await tested.provider.usage(spec.id)).diskBytes).toBeGreaterThan(5_000_000),
      10_000,
    )
  })

  it('says which limits do not hold, in sentences', async () => {
    const { unenforced } = await made()
    expect(Object.keys(unenforced).every((name) => ['memory', 'cpus', 'egress'].includes(name))).toBe(true)
    for (const check of await tested.provider.check()) expect(check.detail).toMatch(/\.$/)
    if (isRoot) expect(unenforced).toEqual({})
  })

  // As root all of them hold.
  it.skipIf(isRoot)('refuses limits that do not hold where someone asked for them', async () => {
    const { unenforced } = await made()
    const asked = (required: SandboxSpec['limits']['required']) =>
      tested.provider.create(newSpec({ limits: { ...defaultLimits, required } }))
    await expect(asked(['memoryBytes'])).rejects.toMatchObject({ code: 'unsupported' })
    await expect(asked(['cpus'])).rejects.toMatchObject({ code: 'unsupported' })
    expect((await asked(['diskBytes', 'openFiles'])).unenforced).toEqual(unenforced)
  })
})

/** Does `meanwhile` again and again until it is no longer needed. */
async function untilSettled<T>(promise: Promise<T>, meanwhile: () => Promise<unknown>): Promise<T> {
  let isSettled = false
  const settled = promise.finally(() => {
    isSettled = true
  })
  while (!isSettled) await meanwhile()
  return settled
}

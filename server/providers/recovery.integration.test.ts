import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Places } from './bubblewrap/places'
import { findStrays } from './bubblewrap/strays'
import { callAgent, runIn } from './testing/agent-call'
import { newSpec, type ProviderUnderTest, workerKinds } from './testing/provider-under-test'

/** The process that holds the provider is killed in the middle of its work; another takes its place. */
describe.each(workerKinds)('after a SIGKILL of $name', ({ open }) => {
  let tested: ProviderUnderTest
  afterEach(() => tested.dispose())

  it('sandboxes go on, and half-made ones leave nothing', async () => {
    tested = await open()
    const kept = newSpec({ egress: 'all' })
    await tested.provider.create(kept)
    await runIn(tested.provider, kept, 'echo before > note; setsid sleep 600 >/dev/null 2>&1 &')

    const others = Array.from({ length: 8 }, () => newSpec({ egress: 'all' }))
    const attempts = others.map((spec) => tested.provider.create(spec))
    for (const attempt of attempts) attempt.catch(() => undefined)
    await Promise.race(attempts)
    await tested.crash()
    await tested.again()

    const found = await tested.provider.list()
    expect(found).toContainEqual({ id: kept.id, isRunning: true })
    expect((await runIn(tested.provider, kept, 'cat note; pgrep -c sleep')).stdout).toBe('before\n1\n')
    for (const spec of others.filter(({ id }) => found.some((each) => each.id === id)))
      expect((await callAgent(tested.provider, spec, 'GET', '/health')).status).toBe(200)

    const ids = found.map(({ id }) => id)
    const sandboxesDir = join(tested.dataDir, 'sandboxes')
    const lost = others.map(({ id }) => id).filter((id) => !ids.includes(id))
    await vi.waitFor(() => {
      expect(readdirSync(sandboxesDir).filter((name) => lost.includes(name))).toEqual([])
      for (const id of lost) expect(findStrays(join(sandboxesDir, id, 'root'))).toEqual([])
    })
  })

  it('keeps the files of a sandbox whose record is unreadable', async () => {
    tested = await open()
    const spec = newSpec()
    await tested.provider.create(spec)
    await runIn(tested.provider, spec, 'echo precious > note')
    await tested.provider.stop(spec.id)
    writeFileSync(new Places(tested.dataDir).of(spec.id).state, '')
    await tested.again()
    expect(await tested.provider.list()).toContainEqual({ id: spec.id, isRunning: false })
    await tested.provider.start(spec.id, spec)
    expect((await runIn(tested.provider, spec, 'cat note')).stdout).toBe('precious\n')
  })

  it('what was paused for a snapshot goes on, and nothing is left of that', async () => {
    tested = await open()
    const spec = newSpec()
    await tested.provider.create(spec)
    const count = 'i=0; while :; do i=$((i+1)); echo $i > new; mv new count; done'
    await runIn(tested.provider, spec, 'seq 1 20000 | (mkdir many; cd many; xargs touch)')
    await runIn(
      tested.provider,
      spec,
      `setsid sh -c '${count}' >/dev/null 2>&1 & until [ -e count ]; do :; done`,
    )
    const snapshots = join(tested.dataDir, 'snapshots')
    const cut = tested.provider.snapshot(spec.id, 'cut', null)
    cut.catch(() => undefined)
    await vi.waitFor(() => expect(readdirSync(snapshots)).toEqual(['cut.part']), { interval: 2 })
    await tested.crash()
    await tested.again()
    await tested.provider.list()
    expect(readdirSync(snapshots)).toEqual([])
    const at = Number((await runIn(tested.provider, spec, 'cat count')).stdout)
    await vi.waitFor(async () => {
      const { stdout } = await runIn(tested.provider, spec, 'cat count')
      expect(Number(stdout)).toBeGreaterThan(at)
    }, 20_000)
  })
})

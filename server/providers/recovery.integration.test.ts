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
})

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { SandboxSpec } from './provider'
import { runIn } from './testing/agent-call'
import { kinds, newSpec, type ProviderUnderTest } from './testing/provider-under-test'

const WAIT = { timeout: 20_000 }

describe.each(kinds)('sandboxes that $name made in advance', ({ open }) => {
  let tested: ProviderUnderTest
  beforeAll(async () => {
    tested = await open()
  })
  afterAll(() => tested.dispose())

  const folders = () => readdirSync(join(tested.dataDir, 'sandboxes'))
  const waiting = () => folders().filter((name) => name.startsWith('.warm-'))
  /** What it was made as, which it keeps whatever it is called later. */
  const keyOf = ({ id }: SandboxSpec): string =>
    JSON.parse(readFileSync(join(tested.dataDir, 'sandboxes', id, 'private/state.json'), 'utf8')).key

  it('are given to who asks next, for the same shape only, and are gone when it closes', async () => {
    const first = newSpec()
    await tested.provider.create(first)
    expect(keyOf(first)).toBe(first.id)
    await vi.waitFor(() => expect(waiting().length).toBeGreaterThan(0), WAIT)

    const next = newSpec()
    await tested.provider.create(next)
    expect(keyOf(next)).toMatch(/^\.warm-/)
    expect((await runIn(tested.provider, next, 'node -v')).stdout).toBe(`${process.version}\n`)
    expect((await runIn(tested.provider, next, 'ls /templates')).stdout).toBe('small\n')

    const limits = { ...next.limits, processes: 100 }
    const other = newSpec({ limits })
    await tested.provider.create(other)
    expect(keyOf(other)).toBe(other.id)

    await vi.waitFor(() => expect(waiting().length).toBeGreaterThan(0), WAIT)
    await tested.again()
    expect(waiting()).toEqual([])
    expect((await tested.provider.list()).map(({ id }) => id).sort()).toEqual(
      [first.id, next.id, other.id].sort(),
    )
  })
})

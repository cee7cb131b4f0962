import { chownSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Places } from './bubblewrap/places'
import type { SandboxSpec } from './provider'
import { runIn } from './testing/agent-call'
import { defaultLimits, kinds, newSpec, type ProviderUnderTest } from './testing/provider-under-test'
import { TEST_UID } from './testing/worker-provider'

const MiB = 1024 * 1024
let last = 0
const newId = () => `snap-${++last}`

describe.each(kinds)('snapshots of $name', ({ open, isRoot }) => {
  let tested: ProviderUnderTest
  beforeAll(async () => {
    tested = await open()
  })
  afterAll(() => tested.dispose())

  const made = async (changes: Partial<SandboxSpec> = {}) => {
    const spec = newSpec(changes)
    await tested.provider.create(spec)
    return spec
  }
  const run = async (spec: SandboxSpec, command: string) =>
    (await runIn(tested.provider, spec, command)).stdout
  const snapshotsOn = (dataDir: string) => readdirSync(join(dataDir, 'snapshots'))

  it('are whole trees, and new sandboxes begin with them', async () => {
    const spec = await made()
    await run(spec, 'mkdir -p /app && echo kept > /app/file && chmod 600 /app/file; rm -r /var/tmp')
    const id = newId()
    const { bytes } = await tested.provider.snapshot(spec.id, id, null)
    expect(bytes).toBeGreaterThan(1000)
    expect(await tested.provider.listSnapshots()).toContainEqual({ id, bytes })
    await run(spec, 'echo later > /app/file')
    await tested.provider.delete(spec.id)

    const [one, two] = [await made({ snapshotId: id }), await made({ snapshotId: id })]
    expect(await run(one, 'cat /app/file; stat -c "%a %U" /app/file; ls /var')).toBe('kept\n600 user\n')
    await run(one, 'echo mine > /app/file')
    expect(await run(two, 'cat /app/file')).toBe('kept\n')
    await tested.provider.deleteSnapshot(id)
    await tested.provider.deleteSnapshot(id)
    expect(snapshotsOn(tested.dataDir)).not.toContain(`${id}.tar`)
    await expect(made({ snapshotId: id })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('of a stopped sandbox take its place again, and only while it is stopped', async () => {
    const spec = await made()
    await run(spec, 'echo first > note; mkdir gone')
    await tested.provider.stop(spec.id)
    const id = newId()
    await tested.provider.snapshot(spec.id, id, null)
    await tested.provider.start(spec.id, spec)
    await run(spec, 'echo second > note; rmdir gone; echo new > new')
    await expect(tested.provider.restore(spec.id, id)).rejects.toMatchObject({ code: 'conflict' })
    expect(await run(spec, 'cat note')).toBe('second\n')
    await tested.provider.stop(spec.id)
    await tested.provider.restore(spec.id, id)
    await tested.provider.start(spec.id, spec)
    expect(await run(spec, 'cat note; ls')).toBe('first\ngone\nnote\n')
    expect(readdirSync(new Places(tested.dataDir).of(spec.id).base).sort()).toEqual([
      'private',
      'root',
      'socket',
    ])
  })

  it('leave a sandbox as it was where they cannot be restored', async () => {
    const spec = await made({ limits: { ...defaultLimits, diskBytes: 20 * MiB } })
    await run(spec, 'echo mine > note')
    const big = await made()
    await run(big, 'head -c 30000000 /dev/urandom > big')
    const id = newId()
    await tested.provider.snapshot(big.id, id, null)
    await tested.provider.stop(spec.id)
    await expect(tested.provider.restore(spec.id, id)).rejects.toMatchObject({ code: 'too_large' })
    await expect(tested.provider.restore(spec.id, newId())).rejects.toMatchObject({ code: 'not_found' })
    const broken = newId()
    writeFileSync(join(tested.dataDir, 'snapshots', `${broken}.tar`), 'not an archive'.repeat(1000))
    await expect(tested.provider.restore(spec.id, broken)).rejects.toMatchObject({ code: 'provider_failed' })
    await tested.provider.start(spec.id, spec)
    expect(await run(spec, 'cat note; ls')).toBe('mine\nnote\n')
    expect(existsSync(new Places(tested.dataDir).of(spec.id).incoming)).toBe(false)
  })

  it('pause what runs, so that its files fit together, and let it go on', async () => {
    const spec = await made()
    // Two files that are alike but for the moment between two renamings.
    const pair = [
      'import os',
      'i = 0',
      'while True:',
      '  i += 1',
      '  for name in ("one", "two"):',
      '    with open("new", "w") as file: file.write(f"{i}\\n")',
      '    os.rename("new", name)',
    ].join('\n')
    await run(spec, `seq 1 3000 | (mkdir many; cd many; xargs touch); cat > pair.py <<'END'\n${pair}\nEND`)
    await run(spec, 'setsid python3 pair.py >/dev/null 2>&1 &\nuntil [ -e two ]; do :; done')
    const id = newId()
    await tested.provider.snapshot(spec.id, id, null)
    const at = Number(await run(spec, 'cat two'))
    await vi.waitFor(async () => expect(Number(await run(spec, 'cat two'))).toBeGreaterThan(at))
    const copy = await made({ snapshotId: id })
    const [one = 0, two = 0] = (await run(copy, 'cat one two')).trim().split('\n').map(Number)
    expect(one - two === 0 || one - two === 1).toBe(true)
  })

  it('say no before they are begun, and leave nothing', async () => {
    const spec = await made()
    const before = snapshotsOn(tested.dataDir)
    for (const id of ['', '..', '../x', 'a/b', 'A', 'a.tar', '-a', 'a'.repeat(64)]) {
      const bad = { code: 'bad_request' }
      await expect(tested.provider.snapshot(spec.id, id, null)).rejects.toMatchObject(bad)
      await expect(tested.provider.restore(spec.id, id)).rejects.toMatchObject(bad)
      await expect(tested.provider.deleteSnapshot(id)).rejects.toMatchObject(bad)
      await expect(made({ snapshotId: id })).rejects.toMatchObject(bad)
    }
    const nobody = newSpec().id
    const gone = { code: 'sandbox_not_found' }
    await expect(tested.provider.snapshot(nobody, newId(), null)).rejects.toMatchObject(gone)
    await expect(tested.provider.restore(nobody, newId())).rejects.toMatchObject(gone)
    expect(snapshotsOn(tested.dataDir)).toEqual(before)
  })

  it('are given up above their limit, and of a sandbox that is deleted', async () => {
    const spec = await made()
    await run(spec, 'head -c 5000000 /dev/urandom > file')
    const before = snapshotsOn(tested.dataDir)
    const tooLarge = { code: 'too_large' }
    await expect(tested.provider.snapshot(spec.id, newId(), 4 * MiB)).rejects.toMatchObject(tooLarge)
    await run(spec, 'seq 1 40000 | (mkdir many; cd many; xargs touch)')
    const cut = tested.provider.snapshot(spec.id, newId(), null)
    cut.catch(() => undefined)
    await vi.waitFor(() =>
      expect(snapshotsOn(tested.dataDir).some((name) => name.endsWith('.part'))).toBe(true),
    )
    await tested.provider.delete(spec.id)
    await expect(cut).rejects.toMatchObject({ code: 'sandbox_not_found' })
    expect(snapshotsOn(tested.dataDir)).toEqual(before)
  })

  it('are not made twice under one id', async () => {
    const spec = await made()
    const id = newId()
    const [first] = await Promise.allSettled([1, 2].map(() => tested.provider.snapshot(spec.id, id, null)))
    expect(first?.status).toBe('fulfilled')
    const taken = { code: 'already_exists' }
    await expect(tested.provider.snapshot(spec.id, id, null)).rejects.toMatchObject(taken)
  })

  it('are found again by a later provider, which removes half-made ones and finishes a restoration', async () => {
    const spec = await made()
    await run(spec, 'echo old > note')
    const id = newId()
    const snapshot = await tested.provider.snapshot(spec.id, id, null)
    await run(spec, 'echo new > note')
    await tested.provider.stop(spec.id)
    // As a provider leaves it that was killed between the two renamings, and another that unpacked.
    const copy = await made({ snapshotId: id })
    await tested.provider.stop(copy.id)
    const places = new Places(tested.dataDir)
    renameSync(places.of(copy.id).root, places.of(spec.id).restored)
    renameSync(places.of(spec.id).root, join(tested.dataDir, 'trash', 'old'))
    mkdirSync(places.of(spec.id).incoming, { mode: 0o755 })
    if (!isRoot && process.getuid?.() === 0) chownSync(places.of(spec.id).incoming, TEST_UID, TEST_UID)
    writeFileSync(join(tested.dataDir, 'snapshots', 'half.part'), 'x')
    await tested.again()
    expect(await tested.provider.listSnapshots()).toContainEqual(snapshot)
    expect(snapshotsOn(tested.dataDir)).not.toContain('half.part')
    expect(existsSync(places.of(spec.id).incoming)).toBe(false)
    expect(existsSync(places.of(spec.id).restored)).toBe(false)
  })
})

import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { holdCaptive } from './testing/captive'
import { defaultLimits, kinds } from './testing/provider-under-test'

const MiB = 1024 * 1024

describe.each(kinds)('files that code in $name leaves out of spite', ({ open, isRoot }) => {
  const { tested, made, run, python } = holdCaptive(open)

  it('do not keep it from starting again where nobody may enter its directories', async () => {
    const spec = await made()
    await run('echo kept > note; chmod 000 ~/workspace ~ /home /tmp /', spec)
    await tested().provider.stop(spec.id)
    await tested().provider.start(spec.id, spec)
    expect((await run('cat note; touch /tmp/x; stat -c %a ~ /tmp', spec)).stdout).toBe('kept\n700\n700\n')
  })

  it('lead to no directory of the host that is opened up in their place', async () => {
    const spec = await made()
    const host = mkdtempSync(join(tmpdir(), 'sandlot-host-'))
    mkdirSync(join(host, 'user'), { mode: 0o500 })
    await run(`mv /home /moved; ln -s ${host} /home`, spec)
    await tested().provider.stop(spec.id)
    await tested()
      .provider.start(spec.id, spec)
      .catch(() => undefined)
    expect(statSync(join(host, 'user')).mode & 0o777).toBe(0o500)
    rmSync(host, { recursive: true })
  })

  it('claim no room without writing it', async () => {
    const { stdout } = await python(`
import os
file = os.open('claimed', os.O_CREAT | os.O_RDWR)
os.posix_fallocate(file, 0, 1 << 20)
print(os.fstat(file).st_size)`)
    expect(stdout).toBe(`${MiB}\n`)
    expect((await run('fallocate -l 1M other')).exitCode).not.toBe(0)
  })

  // What another process has mapped is shown to root alone.
  it.runIf(isRoot)('count where they have no name and are only in memory', async () => {
    const spec = await made({ limits: { ...defaultLimits, diskBytes: 40 * MiB } })
    const changes: string[] = []
    const stopListening = tested().provider.onChange((id, { type }) => id === spec.id && changes.push(type))
    const filling = python(
      `
import mmap, os, time
maps = []
for _ in range(4):
    file = os.open('mapped', os.O_CREAT | os.O_RDWR)
    os.unlink('mapped')
    os.write(file, bytes(20 << 20))
    maps.append(mmap.mmap(file, 20 << 20))
    os.closerange(3, 100)
time.sleep(600)`,
      spec,
    )
    expect((await filling).exitCode).toBe(137)
    await vi.waitFor(() => expect(changes.at(-1)).toBe('disk_ok'), 20_000)
    stopListening()
  })
})

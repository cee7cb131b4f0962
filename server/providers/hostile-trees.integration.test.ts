import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SandboxSpec } from './provider'
import { holdCaptive } from './testing/captive'
import { defaultLimits, kinds } from './testing/provider-under-test'

const MiB = 1024 * 1024
const LIMITLESS = { ...defaultLimits, diskBytes: null }
let last = 0

/** Trees that code inside makes so that copying them goes wrong: each is made for real, kept, and given to another sandbox. */
describe.each(kinds)('a hostile tree in $name', ({ open }) => {
  const { tested, made, run, python } = holdCaptive(open)
  const kept = async (spec: SandboxSpec) => {
    const snapshot = await tested().provider.snapshot(spec.id, `hostile-${++last}`, null)
    return { ...snapshot, copy: await made({ limits: spec.limits, snapshotId: snapshot.id }) }
  }
  const listing = `find . ! -type s -printf '%p %y %m %s %n %l\\n' | LC_ALL=C sort | od -c | md5sum`

  it('of odd files is copied as it is, sockets left out', async () => {
    const spec = await made()
    await python(
      `
import os, socket
open(b'bad\\xff\\xfename', 'w').write('x'); open('new\\nline', 'w').write('y'); os.mkdir('n' * 255)
open('a', 'w').write('hello'); os.chmod('a', 0o600); os.link('a', 'b')
os.mkfifo('fifo'); socket.socket(socket.AF_UNIX).bind('socket')
os.symlink('/etc', 'etc'); os.symlink('../../../../..', 'up'); os.symlink('nowhere', '-rf')
open('suid', 'w').write('x'); os.chmod('suid', 0o4755)
os.makedirs('locked/in'); open('locked/in/f', 'w').write('deep')
for path in ('locked/in/f', 'locked/in', 'locked'): os.chmod(path, 0)`,
      spec,
    )
    const { copy } = await kept(spec)
    expect((await run(listing, copy)).stdout).toBe((await run(listing, spec)).stdout)
    const look = 'chmod 700 locked locked/in; chmod 600 locked/in/f; cat locked/in/f; stat -c %h a; ls socket'
    expect(await run(look, copy)).toMatchObject({ stdout: 'deep2\n', exitCode: 2 })
  })

  it('with a file of a terabyte without content takes no room', async () => {
    const spec = await made({ limits: LIMITLESS })
    await run('truncate -s 1T sparse; printf end >> sparse', spec)
    const { bytes, copy } = await kept(spec)
    expect(bytes).toBeLessThan(MiB)
    expect((await run('stat -c %s sparse; tail -c 3 sparse; du -m sparse', copy)).stdout).toMatch(
      /^1099511627779\nend[01]\tsparse\n$/,
    )
  })

  it('of very many files is copied', async () => {
    const spec = await made({ limits: LIMITLESS })
    await python(
      `
import os
os.mkdir('many'); os.chdir('many')
for i in range(20000): os.close(os.open(str(i), os.O_CREAT))
os.mkdir('../links'); open('../links/0', 'w').close()
for i in range(1, 5000): os.link('../links/0', f'../links/{i}')`,
      spec,
    )
    const { copy } = await kept(spec)
    expect((await run('ls many | wc -l; stat -c %h links/0', copy)).stdout).toBe('20000\n5000\n')
  })

  it('that is deeper than any path is long cannot be restored, and leaves nothing half made', async () => {
    const spec = await made()
    await python(
      `
import os
for _ in range(3000):
    os.mkdir('deep'); os.chdir('deep')
open('bottom', 'w').close()`,
      spec,
    )
    const outcome = await kept(spec).then(
      () => 'copied',
      (error) => error.code,
    )
    expect(outcome).toBe('provider_failed')
    expect(readdirSync(join(tested().dataDir, 'snapshots')).filter((name) => name.endsWith('.part'))).toEqual(
      [],
    )
    expect((await run('echo fine', spec)).stdout).toBe('fine\n')
  })

  it('that turns into links to the host while it is copied gives away nothing of it', async () => {
    const host = mkdtempSync(join(tmpdir(), 'sandlot-host-'))
    writeFileSync(join(host, 'secret'), 'of the host', { mode: 0o644 })
    const spec = await made()
    await python('import os\nfor i in range(4000): os.makedirs(f"tree/{i}")', spec)
    const turn = `for i in 1 77 2000 3999; do
        mv tree/$i moved; ln -s ${host} tree/$i; ln -s /etc moved/etc; rm tree/$i; mv moved tree/$i; done`
    const snapshots = []
    for (let i = 0; i < 3; i++) {
      const taking = tested().provider.snapshot(spec.id, `turning-${++last}`, null)
      // What the agent starts meanwhile is not paused.
      snapshots.push(await untilSettled(taking, () => run(turn, spec)))
    }
    for (const { id } of snapshots) {
      const copy = await made({ snapshotId: id })
      const found = await run('grep -rl "of the host" tree; find tree -name passwd -o -name secret', copy)
      expect(found.stdout).toBe('')
      await tested().provider.delete(copy.id)
    }
    expect(statSync(join(host, 'secret')).size).toBe('of the host'.length)
    rmSync(host, { recursive: true })
  })

  it('with links in place of its own directories is restored over itself, and nothing outside is touched', async () => {
    const host = mkdtempSync(join(tmpdir(), 'sandlot-host-'))
    const spec = await made()
    await run(
      `rm -rf /tmp; ln -s ${host} /tmp; mv /home /moved; ln -s ${host} /home; echo x > /moved/file`,
      spec,
    )
    const { id } = await tested().provider.snapshot(spec.id, `links-${++last}`, null)
    await tested().provider.stop(spec.id)
    await tested().provider.restore(spec.id, id)
    expect(readdirSync(host)).toEqual([])
    rmSync(host, { recursive: true })
  })

  it('whose top nobody may enter is kept, and gives way to another', async () => {
    const spec = await made()
    await run('echo x > file; chmod 000 ~ /', spec)
    const { id } = await tested().provider.snapshot(spec.id, `closed-${++last}`, null)
    await tested().provider.stop(spec.id)
    for (let i = 0; i < 2; i++) await tested().provider.restore(spec.id, id)
    await tested().provider.start(spec.id, spec)
    expect((await run('cat file', spec)).stdout).toBe('x\n')
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

import { readdirSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { callAgent } from '../testing/agent-call'
import { holdCaptive } from '../testing/captive'
import { kinds } from '../testing/provider-under-test'
import { agentPidOf } from '../testing/recorded-agent'

const isRunByRoot = process.getuid?.() === 0

/** It is no more trusted than the code beside it; yet that code must not get at it, or the control plane would lose its way in. */
describe.each(kinds)('out of a sandbox of $name', ({ open }) => {
  const { tested, spec, made, run, python } = holdCaptive(open)
  const health = async (target = spec()) =>
    (await callAgent(tested().provider, target, 'GET', '/health')).status

  it('the agent cannot be killed, traced, read or replaced', async () => {
    await run('kill -9 1; kill -STOP 1; kill -TERM 1; kill -9 -1')
    const { stdout } = await python(`
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for request in [16, 0x4206]: print(libc.ptrace(request, 1, 0, 0))
for name in ['mem', 'environ', 'maps', 'fd/0', 'root/etc/passwd', 'cwd/x', 'task/1/mem', 'syscall', 'stack']:
    try: print(name, open('/proc/1/' + name, 'rb').read(1))
    except OSError: pass`)
    expect(stdout).toBe('-1\n-1\n')
    const before = programOf(tested().dataDir)
    for (const command of [
      'echo x > /opt/sandlot/agent',
      'cp /usr/bin/true /opt/sandlot/agent',
      'mv /opt/sandlot/agent /opt/sandlot/other',
      'rm -f /opt/sandlot/agent',
      'chmod 777 /opt/sandlot/agent',
      'cat /opt/sandlot/agent',
    ])
      expect((await run(`${command} >/dev/null`)).exitCode, command).not.toBe(0)
    expect(programOf(tested().dataDir)).toEqual(before)
    expect((await run('ls -A /run/sandlot')).stdout).toBe('')
    expect(await health()).toBe(200)
  })

  // The kernel shows an ordinary user nothing of the agent, not even their own.
  it.skipIf(!isRunByRoot)('the agent holds no descriptor of the host', () => {
    const dir = `/proc/${agentPidOf(tested().dataDir, spec().id)}/fd`
    const descriptors = readdirSync(dir)
    expect(descriptors).not.toEqual([])
    for (const fd of descriptors) {
      const target = targetOf(`${dir}/${fd}`)
      // Closed meanwhile.
      if (target === null) continue
      // Its own score, by which it ranks programs before itself; in the /proc of the sandbox, which is no part of the host's.
      if (target === '/proc/1/oom_score_adj')
        expect(statSync(`${dir}/${fd}`).dev).not.toBe(statSync('/proc').dev)
      else expect(target).toMatch(/^(socket|pipe|anon_inode):|^\/dev\/(null|urandom)$/)
    }
  })

  it('its programs go before the agent when memory is short, and cannot put it in their place', async () => {
    const { stdout } = await run(
      'cat /proc/self/oom_score_adj /proc/1/oom_score_adj; (echo 1000 > /proc/1/oom_score_adj) 2>&1',
    )
    const [own, agent, refusal] = stdout.split('\n')
    expect(own).toBe('1000')
    expect(Number(agent)).toBeLessThan(1000)
    expect(refusal).toContain('denied')
  })

  it('the control plane connects to the agent alone, whatever lies where its socket was', async () => {
    const other = await made()
    for (const bait of [
      'ln -s /run/host.sock /run/sandlot/agent.sock',
      'mkdir /run/sandlot/agent.sock',
      `python3 -c "import socket; s = socket.socket(socket.AF_UNIX); s.bind('/run/sandlot/agent.sock'); s.listen()"`,
    ]) {
      await run(`rm -rf /run/sandlot/agent.sock; ${bait}`, other)
      expect(await health(other), bait).toBe(200)
      await tested().again()
      expect(await health(other), bait).toBe(200)
    }
  })
})

/** Whatever is done to a file changes one of these, and none needs a right to read it, which not even its owner has. */
function programOf(dataDir: string) {
  const runtime = join(dataDir, 'runtime')
  const programs = readdirSync(runtime).filter((name) => name.startsWith('tools-'))
  expect(programs).toHaveLength(1)
  const { ino, size, mode, mtimeMs, ctimeMs } = statSync(join(runtime, programs[0] ?? '', 'sandlot/agent'))
  return { ino, size, mode, mtimeMs, ctimeMs }
}

function targetOf(link: string): string | null {
  try {
    return readlinkSync(link)
  } catch {
    return null
  }
}

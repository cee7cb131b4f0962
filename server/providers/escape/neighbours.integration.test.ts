import { readdirSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { holdCaptive } from '../testing/captive'
import { kinds } from '../testing/provider-under-test'

const SERVER = 'http.server 8123'
/** Of curl: nobody listens. */
const REFUSED = 7
/** The agent, a shell, what it runs, and the ends of a pipe. */
const OWN_PROCESSES = 6

describe.each(kinds)('out of a sandbox of $name', ({ open }) => {
  const { tested, made, run, python, spec } = holdCaptive(open)

  it('other sandboxes are out of sight and out of reach', async () => {
    const other = await made()
    await run(
      `echo private > /home/user/note; ipcmk -M 4096; python3 -m ${SERVER} --bind 127.0.0.1 >/dev/null 2>&1 &`,
      other,
    )
    const look = (target = spec()) => run('ps -e -o args=', target)
    const fetch = (target = spec()) => run('curl -s -m 5 -o /dev/null 127.0.0.1:8123', target)
    const segments = (target = spec()) => run('ipcs -m | grep -c ^0x', target)
    // In its own sandbox all of it is there.
    await vi.waitFor(async () => expect((await fetch(other)).exitCode).toBe(0))
    expect((await look(other)).stdout).toContain(SERVER)
    expect((await segments(other)).stdout).toBe('1\n')

    const processes = (await look()).stdout
    expect(processes).not.toContain(SERVER)
    expect(processes.trim().split('\n').length).toBeLessThanOrEqual(OWN_PROCESSES)
    const count = Number((await run("ls /proc | grep -c '^[0-9]'")).stdout)
    expect(count).toBeGreaterThan(1)
    expect(count).toBeLessThanOrEqual(OWN_PROCESSES)
    expect((await fetch()).exitCode).toBe(REFUSED)
    expect((await segments()).stdout).toBe('0\n')
    const { stdout } = await run('cat /proc/self/mountinfo /proc/self/cgroup /proc/net/unix /proc/net/tcp')
    expect(stdout).toContain('Inode')
    expect(stdout).not.toContain(other.id)
    const note = `${tested().dataDir}/sandboxes/${other.id}/root/home/user/note`
    expect(await run(`cat ${note}`)).toMatchObject({ stdout: '', exitCode: 1 })
  })

  it("another's agent cannot be connected to, wherever its socket is looked for", async () => {
    const other = await made()
    const base = `${tested().dataDir}/sandboxes/${other.id}`
    const socket = readdirSync(base, { recursive: true }).find((name) => String(name).endsWith('agent.sock'))
    expect(socket).toBeDefined()
    const { stdout, stderr } = await python(`
import errno, socket
for path in ['/run/sandlot/agent.sock', '${base}/${socket}', '/proc/1/root${base}/${socket}', '/run/sandlot/../../${base}/${socket}']:
    with socket.socket(socket.AF_UNIX) as s:
        try:
            s.connect(path)
            print('connected')
        except OSError as error: print(errno.errorcode.get(error.errno, error))`)
    expect(stderr).toBe('')
    const [, ...others] = stdout.trim().split('\n')
    expect(others).toHaveLength(3)
    for (const result of others) expect(result).toMatch(/^(ENOENT|EACCES)$/)
  })
})

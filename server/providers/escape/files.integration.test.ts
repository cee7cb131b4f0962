import { rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holdCaptive } from '../testing/captive'
import { kinds } from '../testing/provider-under-test'

const CANARY = `sandlot-canary-${process.pid}`
const canaries = [homedir(), '/var/tmp', '/tmp'].map((dir) => join(dir, CANARY))

describe.each(kinds)('out of a sandbox of $name', ({ open }) => {
  const { tested, run } = holdCaptive(open)

  beforeAll(() => {
    for (const path of canaries) writeFileSync(path, 'of the host')
  })
  afterAll(() => {
    for (const path of canaries) rmSync(path, { force: true })
  })

  it('nothing of the host is in sight but its programs', async () => {
    const { stdout } = await run('ls -A / | tr "\\n" " "')
    const allowed = /^(bin|dev|etc|home|lib|lib32|lib64|libx32|opt|proc|run|sbin|templates|tmp|usr|var)$/
    const names = stdout.trim().split(' ')
    expect(names).toContain('usr')
    expect(names.filter((name) => !allowed.test(name))).toEqual([])
    expect((await run('ls -A /home /opt /run')).stdout).toBe(
      '/home:\nuser\n\n/opt:\nsandlot\n\n/run:\nsandlot\n',
    )
    expect((await run('cut -d: -f1 /etc/passwd')).stdout).toBe('root\nuser\nnobody\n')
  })

  it('nor its secrets, homes, or files of passage', async () => {
    const secrets = [
      ...['shadow', 'gshadow', 'ssh', 'machine-id', 'sudoers', 'apt', 'npmrc', 'pip.conf', 'ssl/private'],
    ].map((name) => `/etc/${name}`)
    for (const path of [...secrets, ...canaries, homedir(), process.cwd(), tested().dataDir])
      expect((await run(`ls '${path}'`)).exitCode, path).not.toBe(0)
    const search = `find / -path /proc -prune -o -name '${CANARY}' -print 2>/dev/null`
    expect((await run(search)).stdout).toBe('')
    // What is looked for would be found.
    expect((await run(`touch /var/${CANARY}; ${search}`)).stdout).toBe(`/var/${CANARY}\n`)
  })

  it('the system cannot be written to', async () => {
    const places = ['/usr/bin/x', '/bin/x', '/etc/x', '/opt/x', '/lib/x', '/dev/x']
    for (const path of [...places, '/proc/sys/kernel/hostname'])
      expect((await run(`echo x > ${path}`)).exitCode, path).not.toBe(0)
    for (const command of ['chmod u+w /etc/passwd', 'mount -o remount,rw /', 'rm -rf /etc/passwd'])
      expect((await run(command)).exitCode, command).not.toBe(0)
  })

  it('/proc shows nothing of the host beyond where mounts come from', async () => {
    const { stdout } = await run(
      'cat /proc/self/mountinfo; cat /proc/1/cmdline /proc/self/cgroup | tr "\\0" " "',
    )
    expect(stdout).not.toContain(process.cwd())
    expect(stdout).not.toContain('oldroot')
    const roots = stdout
      .split('\n')
      .filter((line) => / - /.test(line))
      .map((line) => line.split(' ')[3] ?? '')
    expect(roots).not.toEqual([])
    const known =
      /^\/(|usr(\/.*)?|bin|sbin|lib\d*|null|zero|full|random|urandom|tty|.*\/(sandboxes|runtime)\/.*)$/
    for (const root of roots) expect(root).toMatch(known)
  })
})

import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ABSENT, FORBIDDEN } from '../bubblewrap/seccomp-syscalls'
import { holdCaptive } from '../testing/captive'
import { DESIGNED_ABSENT, DESIGNED_FORBIDDEN } from '../testing/designed-calls'
import { kinds } from '../testing/provider-under-test'
import { agentPidOf } from '../testing/recorded-agent'

const EPERM = 1
const ENOSYS = 38
const column = process.arch === 'x64' ? 0 : 1
/** Below lie users, services and the ranges that distributions give away. */
const FIRST_SANDBOX_UID = 2_000_000
/** Root's programs that lend their user what root may; every distribution has one of them. */
const LENDING = ['/usr/bin/su', '/usr/bin/mount', '/usr/bin/passwd', '/usr/bin/newgrp']

describe.each(kinds)('out of a sandbox of $name', ({ open, isRoot }) => {
  const { tested, spec, made, run, python } = holdCaptive(open, { egress: 'all' })

  it('no forbidden system call works', async () => {
    expect(Object.keys(FORBIDDEN)).toEqual(expect.arrayContaining(DESIGNED_FORBIDDEN))
    expect(Object.keys(ABSENT)).toEqual(expect.arrayContaining(DESIGNED_ABSENT))
    const calls = Object.entries({ ...FORBIDDEN, ...ABSENT }).flatMap(([name, pair]) => {
      const number = pair[column]
      return number === null ? [] : [{ name, number }]
    })
    const { stdout, stderr } = await python(`
import ctypes, json
libc = ctypes.CDLL(None, use_errno=True)
found = {}
for call in json.loads('${JSON.stringify(calls)}'):
    ctypes.set_errno(0)
    result = libc.syscall(call['number'], 0, 0, 0, 0, 0, 0)
    found[call['name']] = [result, ctypes.get_errno()]
print(json.dumps(found))`)
    expect(stderr).toBe('')
    const found = JSON.parse(stdout) as Record<string, [number, number]>
    for (const { name } of calls) expect(found[name], name).toEqual([-1, name in ABSENT ? ENOSYS : EPERM])
  })

  it('no namespace can be made by clone, and no terminal typed into', async () => {
    const { stdout } = await python(`
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for flag in [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000]:
    result = libc.syscall(${column === 0 ? 56 : 220}, flag | 17, 0, 0, 0, 0)
    if result == 0: os._exit(0)
    print(result, ctypes.get_errno())
master, slave = os.openpty()
print(libc.syscall(${column === 0 ? 16 : 29}, slave, 0x5412, ctypes.c_char_p(b'x')), ctypes.get_errno())`)
    expect(stdout.trim().split('\n')).toEqual(Array.from({ length: 8 }, () => `-1 ${EPERM}`))
  })

  // 32-bit calls exist on x86 alone.
  it.skipIf(process.arch !== 'x64')('calls of other architectures end the caller', async () => {
    const { stdout } = await python(`
import subprocess, sys
x32 = 'import ctypes; ctypes.CDLL(None).syscall(0x40000000 | 39)'
i386 = '''import ctypes, mmap
code = mmap.mmap(-1, 4096, prot=7)
code.write(bytes([0xb8, 0x14, 0, 0, 0, 0xcd, 0x80, 0xc3]))
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()'''
for code in [x32, i386]: print(subprocess.run([sys.executable, '-c', code]).returncode)`)
    expect(stdout).toBe('-31\n-31\n')
  })

  it('no namespace is shared with the host, nor with another sandbox', async () => {
    // As far as the kernel has them: an old one knows no control group namespace.
    const names = ['mnt', 'pid', 'net', 'ipc', 'uts', 'user', 'cgroup'].filter((name) =>
      readdirSync('/proc/self/ns').includes(name),
    )
    expect(names.length).toBeGreaterThanOrEqual(6)
    const question = names.map((name) => `readlink /proc/self/ns/${name}`).join('; ')
    const of = async (target = spec()) => (await run(question, target)).stdout.trim().split('\n')
    const all = await Promise.all([
      names.map((name) => readlinkSync(`/proc/self/ns/${name}`)),
      of(),
      made({ egress: 'all' }).then(of),
      made({ egress: 'none' }).then(of),
    ])
    for (const [index, name] of names.entries()) {
      const numbers = all.map((found) => found[index])
      for (const number of numbers) expect(number).toMatch(new RegExp(`^${name}:\\[\\d+\\]$`))
      expect(new Set(numbers).size, name).toBe(all.length)
    }
  })

  it('there is no way to root', async () => {
    const status = await run('grep -E "^(Cap...|NoNewPrivs|Seccomp|Uid|Groups):" /proc/self/status')
    const facts = Object.fromEntries(status.stdout.split('\n').map((line) => line.split(/:\s*/)))
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect(Number(`0x${facts[set]}`), set).toBe(0)
    expect(facts).toMatchObject({ NoNewPrivs: '1', Seccomp: '2', Uid: '1000\t1000\t1000\t1000' })
    expect((await run('cp /usr/bin/id . && chmod 6755 id && ./id -u && ./id -g')).stdout).toBe('1000\n1000\n')
    for (const command of ['unshare -Ur id', 'mknod d b 8 0', 'chown 0 id'])
      expect((await run(command)).exitCode, command).not.toBe(0)
  })

  it("root's own programs lend nothing of root's", async () => {
    const lending = LENDING.filter((path) => {
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat?.uid === 0 && (stat.mode & 0o4000) !== 0
    })
    expect(lending).not.toEqual([])
    // Asked about once it has begun and before it is waited for: its users stand there though it may have ended.
    const { stdout, stderr } = await python(`
import json, re, subprocess
for path in json.loads('${JSON.stringify(lending)}'):
    started = subprocess.Popen([path, '--help'], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print(re.search(r'Uid:\\s*(.*)', open(f'/proc/{started.pid}/status').read())[1].split())
    started.wait()`)
    expect(stderr).toBe('')
    expect(stdout.trim().split('\n')).toEqual(lending.map(() => "['1000', '1000', '1000', '1000']"))
  })

  // An ordinary user has no other user to give.
  it.skipIf(!isRoot)('each sandbox is a user of its own to the host, without rights', async () => {
    const others = [spec(), await made()]
    const owners = others.map(({ id }) => {
      const status = readFileSync(`/proc/${agentPidOf(tested().dataDir, id)}/status`, 'utf8')
      const numbers = /^Uid:\s*(.*)$/m.exec(status)?.[1]?.split('\t').map(Number) ?? []
      expect(numbers).toHaveLength(4)
      expect(new Set(numbers).size).toBe(1)
      return numbers[0] ?? 0
    })
    for (const owner of owners) expect(owner).toBeGreaterThanOrEqual(FIRST_SANDBOX_UID)
    expect(new Set(owners).size).toBe(others.length)
  })

  it('nothing of the kernel can be read or set', async () => {
    const readable = ['/proc/kcore', '/proc/kmsg', '/proc/1/environ', '/dev/mem', '/dev/kmsg', '/dev/port']
    for (const path of readable) expect((await run(`head -c 1 ${path}`)).exitCode, path).not.toBe(0)
    for (const path of ['/proc/sysrq-trigger', '/proc/sys/kernel/core_pattern', '/proc/sys/vm/drop_caches'])
      expect((await run(`echo b > ${path}`)).exitCode, path).not.toBe(0)
    expect((await run('ls /sys')).exitCode).not.toBe(0)
  })
})

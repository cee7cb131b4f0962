import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { homedir, networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ABSENT, FORBIDDEN } from './bubblewrap/seccomp-syscalls'
import type { SandboxSpec } from './provider'
import { callAgent, runIn } from './testing/agent-call'
import { defaultLimits, kinds, newSpec, type ProviderUnderTest } from './testing/provider-under-test'

const isRunByRoot = process.getuid?.() === 0
const EPERM = 1
const EAGAIN = 11
const ENOSYS = 38
const MiB = 1024 * 1024
const PROCESSES = defaultLimits.processes ?? 0
/** More than this beyond a sandbox at rest are a bomb's; how many it comes to is up to the kernel. */
const FEW_PROCESSES = 20
/** A host that is used up would not get to this at all. */
const USABLE_MS = 10_000
const column = process.arch === 'x64' ? 0 : 1

/** What hostile code inside tries, each really, with the agent as its hands. */
describe.each(kinds)('out of a sandbox of $name', ({ open, isRoot }) => {
  let tested: ProviderUnderTest
  let spec: SandboxSpec
  const run = (command: string, target = spec) => runIn(tested.provider, target, command)
  const python = (code: string, target = spec) => run(`python3 - <<'END'\n${code}\nEND`, target)
  const made = async (changes: Partial<SandboxSpec> = {}) => {
    const other = newSpec(changes)
    await tested.provider.create(other)
    return other
  }

  const stateOf = ({ id }: SandboxSpec): { agent: { pid: number } } =>
    JSON.parse(readFileSync(`${tested.dataDir}/sandboxes/${id}/private/state.json`, 'utf8'))

  beforeAll(async () => {
    tested = await open()
    spec = await made({ egress: 'all' })
  })
  afterAll(() => tested.dispose())

  it('no forbidden system call works', async () => {
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

  it('nothing of the host is in sight but its programs', async () => {
    const { stdout } = await run('ls -A / | tr "\\n" " "; echo; ls -A /home /opt /run; cat /etc/passwd')
    const [top = ''] = stdout.split('\n')
    const allowed = /^(bin|dev|etc|home|lib|lib32|lib64|libx32|opt|proc|run|sbin|tmp|usr|var)$/
    expect(
      top
        .trim()
        .split(' ')
        .filter((name) => !allowed.test(name)),
    ).toEqual([])
    expect(stdout).toContain('/home:\nuser\n')
    expect(stdout).not.toContain('daemon')
    const secrets = [
      'shadow',
      'gshadow',
      'ssh',
      'machine-id',
      'sudoers',
      'apt',
      'npmrc',
      'pip.conf',
      'ssl/private',
    ]
    for (const path of [...secrets.map((name) => `/etc/${name}`), homedir(), process.cwd(), tested.dataDir])
      expect((await run(`ls '${path}'`)).exitCode, path).not.toBe(0)
  })

  it('the system cannot be written to', async () => {
    for (const path of [
      '/usr/bin/x',
      '/bin/x',
      '/etc/x',
      '/opt/x',
      '/lib/x',
      '/dev/x',
      '/proc/sys/kernel/hostname',
    ])
      expect((await run(`echo x > ${path}`)).exitCode, path).not.toBe(0)
    expect(
      (await run('chmod u+w /etc/passwd || mount -o remount,rw / || rm -rf /etc/passwd')).exitCode,
    ).not.toBe(0)
  })

  it('there is no way to root', async () => {
    const status = await run('grep -E "^(Cap...|NoNewPrivs|Seccomp|Uid|Groups):" /proc/self/status')
    const facts = Object.fromEntries(status.stdout.split('\n').map((line) => line.split(/:\s*/)))
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect(Number(`0x${facts[set]}`), set).toBe(0)
    expect(facts).toMatchObject({ NoNewPrivs: '1', Seccomp: '2', Uid: '1000\t1000\t1000\t1000' })
    expect((await run('cp /usr/bin/id . && chmod 6755 id && ./id -u && ./id -g')).stdout).toBe('1000\n1000\n')
    const setuid = await run(
      'find /usr -xdev -perm -4000 -name su | head -1 | xargs -r -I{} {} -c id </dev/null',
    )
    expect(setuid.stdout).not.toContain('uid=0')
    expect((await run('unshare -Ur id || mknod d b 8 0 || chown 0 id')).exitCode).not.toBe(0)
  })

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
    expect((await run('ls -A /run/sandlot; echo x > /opt/sandlot/agent')).stdout).toBe('')
    expect((await callAgent(tested.provider, spec, 'GET', '/health')).status).toBe(200)
  })

  // The kernel shows an ordinary user nothing of the agent, not even their own.
  it.skipIf(!isRunByRoot)('the agent holds no descriptor of the host', () => {
    const dir = `/proc/${stateOf(spec).agent.pid}/fd`
    for (const fd of readdirSync(dir)) {
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
      expect((await callAgent(tested.provider, other, 'GET', '/health')).status, bait).toBe(200)
      await tested.again()
      expect((await callAgent(tested.provider, other, 'GET', '/health')).status, bait).toBe(200)
    }
  })

  it('other sandboxes are out of sight and out of reach', async () => {
    const other = await made()
    await run(
      'echo private > /home/user/note; python3 -m http.server 8123 --bind 127.0.0.1 >/dev/null 2>&1 &',
      other,
    )
    const { stdout } = await run(`
      ps -e -o comm=; ls /proc | grep -c '^[0-9]'; cat /proc/self/mountinfo /proc/self/cgroup /proc/net/unix
      cat ${tested.dataDir}/sandboxes/${other.id}/root/home/user/note; curl -s -m 2 127.0.0.1:8123; ipcs`)
    expect(stdout).not.toContain(other.id)
    expect(stdout).not.toContain('private\n')
    expect(stdout).not.toContain('8123')
  })

  it("another's agent cannot be connected to, wherever its socket is looked for", async () => {
    const other = await made()
    const base = `${tested.dataDir}/sandboxes/${other.id}`
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
    const known =
      /^\/(|usr(\/.*)?|bin|sbin|lib\d*|null|zero|full|random|urandom|tty|.*\/(sandboxes|runtime)\/.*)$/
    for (const root of roots) expect(root).toMatch(known)
    const kernel = await run(
      'cat /proc/kcore /proc/kmsg /proc/1/environ /dev/mem /dev/kmsg /proc/sys/kernel/core_pattern > x; echo b > /proc/sysrq-trigger; ls /sys',
    )
    expect(kernel.exitCode).not.toBe(0)
  })

  describe('into the network', () => {
    let host: Server
    let port = 0
    const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
    beforeAll(async () => {
      host = createServer((socket) => socket.end('reached'))
      await new Promise<void>((resolve) => host.listen(0, resolve))
      port = (host.address() as { port: number }).port
    })
    afterAll(() => host.close())

    /** What came of it for each address: by TCP to where the host listens, and by UDP, where connecting sends nothing. */
    const attempt = async (targets: string[], target = spec, protocols = ['tcp', 'udp']) => {
      const { stdout, stderr, exitCode } = await python(
        `
import errno, json, socket
found = []
for address in json.loads('${JSON.stringify(targets)}'):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    for name in json.loads('${JSON.stringify(protocols)}'):
        kind = socket.SOCK_STREAM if name == 'tcp' else socket.SOCK_DGRAM
        try:
            with socket.socket(family, kind) as s:
                s.settimeout(1)
                s.connect((address, ${port}))
                result = s.recv(9).decode() if kind == socket.SOCK_STREAM else 'route'
        except TimeoutError: result = 'timeout'
        except OSError as error: result = errno.errorcode.get(error.errno, str(error))
        found.append([address, name, result])
print(json.dumps(found))`,
        target,
      )
      expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
      const found = JSON.parse(stdout) as [address: string, kind: string, result: string][]
      expect(found).toHaveLength(protocols.length * targets.length)
      return found
    }
    /** Addresses that are the sandbox's own or its gateway's: there is a way to them, and nobody of the host behind them. */
    const isItsOwn = (address: string) => /^(127\..*|::1|::|0\.0\.0\.0|10\.0\.2\.(2|3|100))$/.test(address)
    const reach = async (targets: string[], target = spec) =>
      (await attempt(targets, target)).filter(([address, kind, result]) =>
        kind === 'tcp' ? result === 'reached' : result === 'route' && !isItsOwn(address),
      )

    it('what is looked for would be seen: a server inside, and a way to the world', async () => {
      const server = `python3 -c "
import socket
s = socket.create_server(('127.0.0.1', ${port}))
while True: s.accept()[0].sendall(b'reached')" >/dev/null 2>&1 &`
      const other = await made({ egress: 'all' })
      await run(server, other)
      await vi.waitFor(async () =>
        expect(await reach(['127.0.0.1'], other)).toEqual([['127.0.0.1', 'tcp', 'reached']]),
      )
      // An address of nobody's, kept for documents; no packet leaves for it.
      expect(await attempt(['203.0.113.1'], other, ['udp'])).toEqual([['203.0.113.1', 'udp', 'route']])
    })

    it('neither the host is reached, by any of its addresses', async () => {
      const own = addresses.map(({ address }) => address)
      const aliases = ['127.0.0.1', '127.0.0.2', '::1', '0.0.0.0', '::', '10.0.2.2', '10.0.2.3', '10.0.2.100']
      const mapped = own
        .filter((address) => !address.includes(':') && !address.startsWith('127'))
        .map((address) => `::ffff:${address}`)
      expect(
        await reach([
          ...own.filter((each) => !each.startsWith('127') && each !== '::1'),
          ...aliases,
          ...mapped,
        ]),
      ).toEqual([])
    })

    it('nor anything in the refused ranges', async () => {
      const first = [
        '169.254.169.254',
        '169.254.0.1',
        '10.0.0.1',
        '10.0.3.1',
        '10.255.255.254',
        '172.16.0.1',
        '172.31.255.254',
      ]
      const more = [
        '192.168.0.1',
        '192.168.255.254',
        '100.64.0.1',
        '100.127.255.254',
        '224.0.0.1',
        '239.255.255.250',
      ]
      const six = [
        'fd00::1',
        'fc00::1',
        'fd00:ec2::254',
        'fec0::1',
        'ff02::1',
        '2001:db8::1',
        '64:ff9b::a9fe:a9fe',
      ]
      expect(await reach([...first, ...more, ...six])).toEqual([])
      for (const [address, , result] of await attempt([...first, ...more], spec, ['udp']))
        expect(result, address).toMatch(/^E(NET|HOST)UNREACH$/)
    })

    it('routes and interfaces cannot be changed, packets not forged', async () => {
      for (const command of [
        'route del unreachable 10.0.0.0/8',
        'route add 10.0.0.0/8 dev tap0',
        'link set tap0 down',
        'addr add 10.9.9.9/8 dev tap0',
        'tuntap add t0 mode tap',
      ])
        expect((await run(`PATH=$PATH:/sbin:/usr/sbin ip ${command}`)).exitCode, command).not.toBe(0)
      const raw = 'import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)'
      expect((await run(`python3 -c "${raw}"`)).stderr).toContain('PermissionError')
      expect(
        (await run('python3 -c "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"')).stderr,
      ).toContain('PermissionError')
    })

    it('names and packages are reached where that is allowed', async () => {
      expect((await run('npm view left-pad version')).stdout).toMatch(/^\d+\.\d+\.\d+/)
      expect((await run('pip download -q --no-deps -d /tmp/p six && ls /tmp/p')).stdout).toContain('six')
    })

    it('nothing is reached where it is not', async () => {
      const closed = await made({ egress: 'none' })
      const { stdout } = await run(
        'tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "; tail -n +2 /proc/net/route',
        closed,
      )
      expect(stdout).toBe('lo\n')
      const own = addresses.map(({ address }) => address)
      expect(await reach([...own, '10.0.2.2', '127.0.0.1', '203.0.113.1'], closed)).toEqual([])
    })
  })

  describe('by using up the host', () => {
    it('a fork bomb stays within its sandbox, which can still be used and ended', async () => {
      const bombed = await made()
      const { agent } = stateOf(bombed)
      const atRest = threadsBelow(agent.pid)
      // A shell's bomb ends by itself once it may not fork; this one goes on trying.
      const bomb = 'import os\nwhile True:\n try: os.fork()\n except OSError: pass'
      await run(`setsid python3 -c '${bomb}' >/dev/null 2>&1 &`, bombed)
      await vi.waitFor(() => expect(threadsBelow(agent.pid)).toBeGreaterThan(atRest + FEW_PROCESSES), {
        timeout: USABLE_MS,
      })
      expect((await callAgent(tested.provider, bombed, 'GET', '/health')).status).toBe(200)
      expectUsableHost()
      expect(threadsBelow(agent.pid)).toBeLessThanOrEqual(PROCESSES)
      await tested.provider.delete(bombed.id)
      await vi.waitFor(() => expect(threadsBelow(agent.pid)).toBe(0))
    })

    it('each sandbox has its number of processes for itself, whatever else its user runs', async () => {
      const crowded = await made()
      const forkAll = `
import os, time
count = 0
try:
    while True:
        if os.fork() == 0: time.sleep(60); os._exit(0)
        count += 1
except OSError as error: print(count, error.errno)`
      const [count, errno] = (await python(forkAll, crowded)).stdout.split(' ').map(Number)
      expect(count).toBeGreaterThan(PROCESSES / 2)
      expect(count).toBeLessThan(PROCESSES)
      expect(errno).toBe(EAGAIN)
      // The crowd is still there, and has the same user where Sandlot is not run as root.
      const next = await made()
      expect((await run('seq 30 | xargs -P 30 -n 1 sh -c "sleep 0; echo ok" | sort -u', next)).stdout).toBe(
        'ok\n',
      )
      await tested.provider.delete(crowded.id)
    })

    // An ordinary user without control groups has no such limit; the provider says so.
    it.skipIf(!isRoot)('a memory flood ends itself and nothing else', async () => {
      const flooded = await made({ limits: { ...defaultLimits, memoryBytes: 96 * MiB } })
      const result = await run('python3 -c "x = []\nwhile True: x.append(bytearray(1 << 20))"', flooded)
      expect(result.exitCode).not.toBe(0)
      expectUsableHost()
      expect((await run('echo alive', flooded)).stdout).toBe('alive\n')
      expect((await tested.provider.usage(flooded.id)).memoryBytes).toBeLessThanOrEqual(96 * MiB)
      const shared = await run(
        'head -c 90000000 /dev/zero > /dev/shm/x; head -c 90000000 /dev/zero > /run/x',
        flooded,
      )
      expect(shared.exitCode).not.toBe(0)
      expect((await run('echo alive', flooded)).stdout).toBe('alive\n')
    })

    it('one file cannot be larger than the disk limit, nor more opened than allowed', async () => {
      const small = await made({ limits: { ...defaultLimits, diskBytes: 8 * MiB } })
      const few = await made({ limits: { ...defaultLimits, openFiles: 64 } })
      await run('head -c 20000000 /dev/zero > big', small)
      expect(Number((await run('stat -c %s big', small)).stdout)).toBeLessThanOrEqual(8 * MiB)
      const { stderr } = await run('python3 -c "x = [open(\'/dev/null\') for _ in range(100)]"', few)
      expect(stderr).toContain('Too many open files')
    })

    it('a flood of output is cut, not kept', async () => {
      const flooding = run('yes | head -c 200000000')
      expectUsableHost()
      const { stdout } = await flooding
      expect(stdout.length).toBeLessThanOrEqual(1024 * 1024)
    })
  })
})

/** An ordinary program of the host starts and ends. */
function expectUsableHost(): void {
  const found = spawnSync('/bin/sh', ['-c', 'ls / | sort | wc -l'], { timeout: USABLE_MS })
  expect(found).toMatchObject({ status: 0, signal: null })
}

/** Of a process and all that hangs below it, as the kernel counts them for its limit. */
function threadsBelow(root: number): number {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (statOf(name) ?? []) : []))
  const inside = new Set([root])
  // A parent may have a larger number than its child.
  for (let size = 0; size !== inside.size; ) {
    size = inside.size
    for (const { pid, parent } of all) if (inside.has(parent)) inside.add(pid)
  }
  return all.filter(({ pid }) => inside.has(pid)).reduce((sum, { threads }) => sum + threads, 0)
}

function statOf(pid: string): { pid: number; parent: number; threads: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    // One that has ended and is not yet asked about runs nothing.
    if (fields[0] === 'Z') return null
    return { pid: Number(pid), parent: Number(fields[1]), threads: Number(fields[17]) }
  } catch {
    // Ended meanwhile.
    return null
  }
}

function targetOf(link: string): string | null {
  try {
    return readlinkSync(link)
  } catch {
    return null
  }
}

import { createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { attempt, met } from '../testing/attempts'
import { holdCaptive } from '../testing/captive'
import { kinds } from '../testing/provider-under-test'

const own = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .map(({ address }) => address)
/** As one would go there from inside, where link-local addresses are of the one interface. */
const ownOutside = own
  .filter((address) => !address.startsWith('127.') && address !== '::1')
  .map((address) => (/^fe[89ab]/i.test(address) ? `${address}%tap0` : address))
const UNREACHABLE = /^E(NET|HOST)UNREACH$/

let host: Server
let port = 0
beforeAll(async () => {
  host = createServer((socket) => socket.end('reached'))
  await new Promise<void>((resolve) => host.listen(0, resolve))
  port = (host.address() as { port: number }).port
})
afterAll(() => host.close())

describe.each(kinds)('out of a sandbox of $name, into the network', ({ open }) => {
  const { made, run, python, spec } = holdCaptive(open, { egress: 'all' })
  const go = (targets: string[], target = spec(), protocols?: string[]) =>
    attempt((code) => python(code, target), port, targets, protocols)

  it('what is looked for would be seen: a server inside, and a way to the world', async () => {
    const server = `python3 -c "
import socket
s = socket.create_server(('127.0.0.1', ${port}))
while True: s.accept()[0].sendall(b'reached')" >/dev/null 2>&1 &`
    const other = await made({ egress: 'all' })
    await run(server, other)
    await vi.waitFor(async () =>
      expect(met(await go(['127.0.0.1'], other))).toEqual([['127.0.0.1', 'tcp', 'reached']]),
    )
    // An address of nobody's, kept for documents; no packet leaves for it.
    expect(await go(['203.0.113.1'], other, ['udp'])).toEqual([['203.0.113.1', 'udp', 'route']])
  })

  it('neither the host is reached, by any of its addresses', async () => {
    const aliases = ['127.0.0.1', '127.0.0.2', '::1', '0.0.0.0', '::', '10.0.2.2', '10.0.2.3', '10.0.2.100']
    const mapped = ownOutside
      .filter((address) => !address.includes(':'))
      .map((address) => `::ffff:${address}`)
    expect(met(await go([...ownOutside, ...aliases, ...mapped]))).toEqual([])
  })

  it('nor anything in the refused ranges', async () => {
    const four = [
      ...['169.254.169.254', '169.254.0.1', '10.0.0.1', '10.0.3.1', '10.255.255.254'],
      ...['172.16.0.1', '172.31.255.254', '192.168.0.1', '192.168.255.254'],
      ...['100.64.0.1', '100.127.255.254', '224.0.0.1', '239.255.255.250'],
    ]
    for (const [address, protocol, result] of await go(four))
      expect(result, `${address} by ${protocol}`).toMatch(UNREACHABLE)
  })

  it('nor anything by IPv6, beginning with the link', async () => {
    const six = [
      ...['fe80::2%tap0', 'ff02::1%tap0', 'ff02::fb%tap0', 'ff05::1'],
      ...['fd00::1', 'fc00::1', 'fd00:ec2::254', 'fec0::1', '2001:db8::1', '64:ff9b::a9fe:a9fe'],
    ]
    for (const [address, protocol, result] of await go(six))
      expect(result, `${address} by ${protocol}`).toMatch(UNREACHABLE)
    // The loopback has it, as programs expect.
    expect(await go(['::1'])).toEqual([
      ['::1', 'tcp', 'ECONNREFUSED'],
      ['::1', 'udp', 'route'],
    ])
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
    expect((await run('echo 0 > /proc/sys/net/ipv6/conf/tap0/disable_ipv6')).exitCode).not.toBe(0)
    for (const kind of ['AF_INET, socket.SOCK_RAW, 1', 'AF_PACKET, socket.SOCK_RAW']) {
      const { stderr } = await run(`python3 -c "import socket; socket.socket(socket.${kind})"`)
      expect(stderr).toContain('PermissionError')
    }
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
    expect(met(await go([...own, '10.0.2.2', '127.0.0.1', '203.0.113.1'], closed))).toEqual([])
  })
})

/** One address of a range that is else refused, so that a registry of one's own can be used. */
describe.each(kinds)('through the hole that $name was told to leave', ({ open }) => {
  const HOLE = '10.200.7.1'
  const { python } = holdCaptive(() => open({ addresses: [HOLE] }), { egress: 'all' })

  it('there is a way to it, and to nothing beside it', async () => {
    const beside = ['10.200.7.0', '10.200.7.2', '10.200.6.1', '10.1.1.1', '192.168.0.1', '169.254.169.254']
    // By UDP no packet leaves.
    const found = await attempt(python, port, [HOLE, ...beside, ...ownOutside], ['udp'])
    const [hole, ...others] = found.map(([, , result]) => result)
    expect(hole).toBe('route')
    for (const result of others) expect(result).toMatch(UNREACHABLE)
  })
})

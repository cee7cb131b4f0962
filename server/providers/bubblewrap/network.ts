import { existsSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { SandboxError } from '@/lib/errors'
import { formatRange, overlaps, parseRange, type Range, subtractRanges } from './addresses'

/** Link-local with every metadata service, private, shared (carrier) and multicast addresses. */
const REFUSED = [
  '169.254.0.0/16',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '224.0.0.0/4',
]

/** Networks that slirp4netns may take for itself; the first that the host does not use. */
const OWN_NETWORKS = ['10.0.2.0/24', '10.117.213.0/24', '172.29.213.0/24', '192.168.213.0/24']
/** Where slirp4netns answers for the host's resolver, counted from the first address of its network. */
const NAMESERVER_OFFSET = 3

export interface Network {
  cidr: string
  nameserver: string
}

/** The network between a sandbox and slirp4netns. */
export function chooseNetwork(): Network {
  const inUse = [...hostAddresses(), ...privateRoutes()]
  const range = OWN_NETWORKS.flatMap((text) => parseRange(text) ?? []).find(
    (candidate) => !inUse.some((used) => overlaps(candidate, used)),
  )
  if (range === undefined)
    throw new SandboxError('provider_failed', 'This machine uses every network that sandboxes could have.')
  const nameserver = formatRange({ first: range.first + NAMESERVER_OFFSET, size: 1 })
  return { cidr: formatRange(range), nameserver: nameserver.slice(0, nameserver.indexOf('/')) }
}

/**
 * Lines for `ip -batch`, run in the network namespace before any code of the sandbox, which has no right to change
 * them. Nothing filters destinations later: what has no route stays out of reach.
 */
export function routeCommands(allowed: string[]): string {
  const holes = allowed.flatMap((text) => parseRange(text) ?? [])
  const refused = REFUSED.flatMap((text) => parseRange(text) ?? []).flatMap((range) =>
    subtractRanges(range, holes),
  )
  // A range for packages does not open this machine, which is somewhere in its own network; its address alone does.
  const named = holes.filter(({ size }) => size === 1)
  const own = hostAddresses().filter((address) => !named.some((hole) => overlaps(hole, address)))
  const unique = [...new Set([...refused, ...own].map(formatRange))]
  return [
    'link set lo up',
    ...unique.map((range) => `route add unreachable ${range}`),
    // Sandboxes have no IPv6 to the outside. A kernel without IPv6 would refuse the line, and with it the whole.
    ...(existsSync('/proc/sys/net/ipv6') ? ['route add unreachable ::/0'] : []),
    '',
  ].join('\n')
}

/** Addresses of this host but those of its loopback, which a sandbox has of its own. */
function hostAddresses(): Range[] {
  return Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter((entry) => entry.family === 'IPv4' && !entry.address.startsWith('127.'))
    .flatMap((entry) => parseRange(entry.address) ?? [])
}

function privateRoutes(): Range[] {
  return Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .flatMap((entry) =>
      entry.family === 'IPv4' && entry.cidr !== null ? (parseRange(entry.cidr) ?? []) : [],
    )
}

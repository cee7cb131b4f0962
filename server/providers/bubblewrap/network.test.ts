import { networkInterfaces } from 'node:os'
import { describe, expect, it } from 'vitest'
import { overlaps, parseRange, type Range } from './addresses'
import { routeCommands } from './network'

const range = (text: string): Range => parseRange(text) ?? expect.fail(text)
const refusedBy = (allowed: string[]) =>
  [...routeCommands(allowed).matchAll(/^route add unreachable (\d.*)$/gm)].map(([, text]) =>
    range(text ?? ''),
  )
const isRefused = (address: string, allowed: string[]) =>
  refusedBy(allowed).some((each) => overlaps(each, range(address)))
const sizeOf = (ranges: Range[]) => ranges.reduce((sum, { size }) => sum + size, 0)
const own = Object.values(networkInterfaces())
  .flatMap((entries) => entries ?? [])
  .filter(({ family, internal }) => family === 'IPv4' && !internal)
  .map(({ address }) => address)

describe('routes of a sandbox', () => {
  it('leave exactly the hole that they are told to', () => {
    const holes = ['10.1.2.3', '192.168.77.0/24']
    // Those of this machine may lie in the ranges: they are the same with and without holes.
    expect(sizeOf(refusedBy([])) - sizeOf(refusedBy(holes))).toBe(1 + 256)
    for (const address of ['10.1.2.3', '192.168.77.0', '192.168.77.255'])
      expect(isRefused(address, holes), address).toBe(false)
    for (const address of ['10.1.2.2', '10.1.2.4', '192.168.76.255', '192.168.78.0', '169.254.169.254'])
      expect(isRefused(address, holes), address).toBe(true)
  })

  it('refuse every address of this machine, unless it is named itself', () => {
    for (const address of own) {
      expect(isRefused(address, []), address).toBe(true)
      expect(isRefused(address, [`${address}/8`, '0.0.0.0/0']), address).toBe(true)
      expect(isRefused(address, [address]), address).toBe(false)
    }
  })

  it('make a hole in each range that it touches, and none elsewhere', () => {
    const all = refusedBy(['0.0.0.0/0'])
    expect(new Set(all)).toEqual(new Set(own.map((address) => range(address))))
  })
})

import { describe, expect, it } from 'vitest'
import { parseProcNet } from './proc-net'

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const row = (local: string, state: string, inode: number) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0 100 0 0 10 0\n`

describe('parseProcNet', () => {
  it('takes the listening ones only', () => {
    const text =
      head + row('0100007F:1F90', '0A', 11) + row('0100007F:1F91', '01', 12) + row('00000000:0050', '0A', 13)
    expect(parseProcNet(text)).toEqual([
      { port: 8080, address: '127.0.0.1', inode: '11' },
      { port: 80, address: '0.0.0.0', inode: '13' },
    ])
  })

  it.each([
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000001000000', '::1'],
    ['0000000000000000FFFF00000100007F', '127.0.0.1'],
    ['B80D0120000000000000000001000000', '2001:db8::1'],
    ['000080FE00000000FF005450B60AAAFE', 'fe80::5054:ff:feaa:ab6'],
  ])('writes %s as %s', (hex, address) => {
    expect(parseProcNet(head + row(`${hex}:0BB8`, '0A', 1))).toEqual([{ port: 3000, address, inode: '1' }])
  })

  it('survives anything else', () => {
    expect(parseProcNet('')).toEqual([])
    expect(parseProcNet(`${head}nonsense\n\n 0: x 0A`)).toEqual([])
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseOwnMemory, parseProcStat } from './proc-stat'

describe('parseProcStat', () => {
  it('reads the fields of proc(5)', () => {
    const fields = ['S', 7, 8, 9, 0, -1, 0, 0, 0, 0, 0, 150, 50, 0, 0, 20, 0, 1, 0, 4242, 0, 0]
    expect(parseProcStat(`12 (bash) ${fields.join(' ')}\n`)).toEqual({
      name: 'bash',
      state: 'S',
      parentPid: 7,
      session: 9,
      terminalDevice: 0,
      cpuTicks: 200,
      startTicks: 4242,
    })
  })

  it('is not fooled by a name', () => {
    const stat = parseProcStat('12 (a) R 1 (b\n) T 99 8 9 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5')
    expect(stat).toMatchObject({ name: 'a) R 1 (b\n', state: 'T', parentPid: 99 })
  })

  it('reads this process', () => {
    const stat = parseProcStat(readFileSync('/proc/self/stat', 'utf8'))
    expect(stat).toMatchObject({ parentPid: process.ppid, state: 'R' })
  })

  it('says nothing of what is no stat', () => {
    expect(parseProcStat('')).toBeUndefined()
    expect(parseProcStat(')(')).toBeUndefined()
  })
})

it('parseOwnMemory leaves out what is shared', () => {
  expect(parseOwnMemory('1000 300 100 1 0 50 0', 4096)).toBe(200 * 4096)
  expect(parseOwnMemory('', 4096)).toBe(0)
})

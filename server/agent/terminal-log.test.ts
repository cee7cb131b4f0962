import { describe, expect, it } from 'vitest'
import { TerminalLog } from './terminal-log'

const size = { cols: 80, rows: 24 }

describe('TerminalLog', () => {
  it('begins at the beginning while all is kept', () => {
    const log = new TerminalLog(1 << 16, size)
    log.append(Buffer.from('no line end'))
    expect([log.firstBoundary(), log.tailBoundary()]).toEqual([0, 0])
  })

  it('begins after a line’s end once the beginning is gone', () => {
    const log = new TerminalLog(16 * 1024, size)
    for (let i = 0; i < 5000; i++) log.append(Buffer.from(`line ${i} ä€😀\r\n`))
    const start = log.firstBoundary()
    expect(start).toBeGreaterThanOrEqual(log.startOffset)
    expect(Buffer.from(log.read(start, 5)).toString()).toBe('line ')
  })

  it('begins between two characters where there is no line', () => {
    const log = new TerminalLog(16 * 1024, size)
    for (let i = 0; i < 9000; i++) log.append(Buffer.from('€'))
    const start = log.firstBoundary()
    expect(start % 3).toBe(0)
    expect(start - log.startOffset).toBeLessThan(3)
  })

  it('begins outside of a string that holds line ends', () => {
    const log = new TerminalLog(16 * 1024, size)
    log.append(Buffer.from(`\x1bPq${'data\n'.repeat(4000)}\x1b\\after\nnext`))
    const start = log.firstBoundary()
    expect(Buffer.from(log.read(start, 100)).toString()).toBe('next')
  })

  it('knows the modes at any offset, also when what set them is gone', () => {
    const log = new TerminalLog(16 * 1024, size)
    log.append(Buffer.from('\x1b[?1049h'))
    log.append(Buffer.alloc(50_000, 'x'))
    log.append(Buffer.from('\x1b[?25l'))
    expect(log.modesAt(log.startOffset).restore()).toBe('\x1b[?1049h')
    expect(log.modesAt(log.endOffset).restore()).toBe('\x1b[?1049h\x1b[?25l')
  })

  it('keeps the sizes that are still needed, one per place', () => {
    const log = new TerminalLog(16 * 1024, size)
    for (let cols = 10; cols < 60; cols++) log.resize(cols, 5)
    expect(log.sizeAt(0)).toMatchObject({ cols: 59, rows: 5 })
    log.append(Buffer.alloc(100))
    log.resize(70, 7)
    expect(log.sizeAt(50)).toMatchObject({ cols: 59 })
    expect(log.sizeAt(100)).toMatchObject({ cols: 70 })
    const told = log.sizeAt(50).sequence
    expect(log.sizeAfter(told)).toMatchObject({ offset: 100, cols: 70 })
    for (let i = 0; i < 100; i++) {
      log.append(Buffer.alloc(10_000))
      log.resize(100 + i, 9)
    }
    expect(log.sizeAt(log.startOffset).cols).toBeGreaterThan(190)
    expect(log.sizeAt(log.endOffset)).toMatchObject({ cols: 199, rows: 9 })
  })
})

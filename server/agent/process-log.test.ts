import { describe, expect, it } from 'vitest'
import { ProcessLog } from './process-log'

const bytes = (text: string) => new TextEncoder().encode(text)
const text = ({ chunks }: { chunks: Uint8Array[] }) => Buffer.concat(chunks).toString()

describe('ProcessLog', () => {
  it('keeps the order of both and the bytes of each', () => {
    const log = new ProcessLog(1 << 20)
    log.append('stdout', bytes('one '))
    log.append('stderr', bytes('two '))
    log.append('stderr', bytes(''))
    log.append('stdout', bytes('three'))
    expect(text(log.read('both', 0, 100))).toBe('one two three')
    expect(text(log.read('stdout', 0, 100))).toBe('one three')
    expect(text(log.read('stderr', 0, 100))).toBe('two ')
    expect(text(log.read('stdout', 2, 4))).toBe('e th')
    expect(text(log.read('both', 5, 3))).toBe('wo ')
    expect([log.endOffset('stdout'), log.endOffset('stderr'), log.endOffset('both')]).toEqual([9, 4, 13])
    expect(log.read('stdout', 100, 5)).toEqual({ offset: 9, chunks: [] })
  })

  it('walks both outputs by one cursor', () => {
    const log = new ProcessLog(1 << 20)
    log.append('stdout', bytes('abc'))
    log.append('stderr', bytes('de'))
    const steps: string[] = []
    let cursor = 1
    for (let next = log.next(cursor, 10); next; next = log.next(cursor, 10)) {
      steps.push(`${next.stream}@${next.offset} ${Buffer.from(next.bytes)}`)
      cursor = next.cursor + next.bytes.length
    }
    expect(steps).toEqual(['stdout@1 bc', 'stderr@0 de'])
    expect(cursor).toBe(5)
  })

  it('knows what of each stream is still kept', () => {
    const log = new ProcessLog(16 * 1024)
    for (let i = 0; i < 20_000; i++) log.append(i % 2 ? 'stderr' : 'stdout', bytes(`${i}.`))
    for (const stream of ['stdout', 'stderr'] as const) {
      const parity = stream === 'stderr' ? 1 : 0
      const whole = Array.from({ length: 10_000 }, (_, i) => `${2 * i + parity}.`).join('')
      const kept = log.read(stream, 0, 1 << 20)
      expect(kept.offset).toBe(log.startOffset(stream))
      expect(kept.offset).toBeGreaterThan(0)
      expect(text(kept)).toBe(whole.slice(kept.offset))
    }
    const next = log.next(0, 10)
    expect(next?.cursor).toBeGreaterThan(0)
  })

  it('bounds what alternating costs beside the bytes', () => {
    const log = new ProcessLog(8 << 20)
    for (let i = 0; i < 100_000; i++) log.append(i % 2 ? 'stderr' : 'stdout', bytes('x'))
    expect(log.endOffset('both')).toBe(100_000)
    const kept = log.read('both', 0, 1 << 20)
    expect(Buffer.concat(kept.chunks).length).toBe(100_000 - kept.offset)
    expect(100_000 - kept.offset).toBeLessThanOrEqual(16_384)
    expect(Buffer.concat(log.read('stdout', 0, 1 << 20).chunks).length).toBe(
      50_000 - log.startOffset('stdout'),
    )
  })
})

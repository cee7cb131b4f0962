import { describe, expect, it } from 'vitest'
import { OutputBuffer } from './output-buffer'

const bytes = (text: string) => new TextEncoder().encode(text)

function readAll(buffer: OutputBuffer, from = buffer.startOffset): string {
  const parts: Uint8Array[] = []
  for (let at = from; at < buffer.endOffset; ) {
    const part = buffer.read(at, 1000)
    parts.push(part)
    at += part.length
  }
  return Buffer.concat(parts).toString()
}

describe('OutputBuffer', () => {
  it('is empty at first', () => {
    const buffer = new OutputBuffer(100)
    expect([buffer.startOffset, buffer.endOffset, buffer.read(0, 10).length]).toEqual([0, 0, 0])
  })

  it('gives back what it was given, from any offset', () => {
    const buffer = new OutputBuffer(1 << 20)
    let whole = ''
    for (let i = 0; i < 5000; i++) {
      buffer.append(bytes(`line ${i}\n`))
      whole += `line ${i}\n`
    }
    expect(readAll(buffer)).toBe(whole)
    expect(readAll(buffer, 12_345)).toBe(whole.slice(12_345))
  })

  it('keeps the newest within its capacity, whatever the sizes of what comes', () => {
    for (const size of [1, 7, 4096, 5000, 70_000, 300_000]) {
      const capacity = 256 * 1024
      const buffer = new OutputBuffer(capacity)
      let whole = Buffer.alloc(0)
      for (let sent = 0; sent < 600_000; sent += size) {
        const chunk = Buffer.alloc(size, `${sent}|`)
        if (size > 1000) whole = Buffer.concat([whole, chunk])
        buffer.append(chunk)
      }
      expect(buffer.endOffset - buffer.startOffset).toBeLessThanOrEqual(capacity)
      expect(buffer.endOffset - buffer.startOffset).toBeGreaterThan(capacity - 70_000)
      if (size > 1000) expect(readAll(buffer)).toBe(whole.subarray(buffer.startOffset).toString())
    }
  })

  it('shows each byte that leaves exactly once, in order', () => {
    let gone = ''
    const buffer = new OutputBuffer(20_000, (part) => {
      gone += Buffer.from(part).toString()
    })
    let whole = ''
    for (let i = 0; i < 9000; i++) {
      buffer.append(bytes(`${i},`))
      whole += `${i},`
    }
    expect(gone.length).toBe(buffer.startOffset)
    expect(gone + readAll(buffer)).toBe(whole)
  })

  it('gives nothing outside of what it keeps', () => {
    const buffer = new OutputBuffer(8192)
    buffer.append(new Uint8Array(50_000))
    expect(buffer.read(0, 10).length).toBe(0)
    expect(buffer.read(buffer.startOffset - 1, 10).length).toBe(0)
    expect(buffer.read(buffer.endOffset, 10).length).toBe(0)
    expect(buffer.read(buffer.startOffset, 0).length).toBe(0)
    expect(buffer.read(buffer.startOffset, -5).length).toBe(0)
  })

  it('leaves what was read as it is when that leaves', () => {
    const buffer = new OutputBuffer(4096)
    buffer.append(bytes('a'.repeat(4096)))
    const part = buffer.read(0, 10)
    buffer.append(bytes('b'.repeat(9000)))
    expect(Buffer.from(part).toString()).toBe('aaaaaaaaaa')
  })
})

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TerminalPace } from './terminal-pace'

const MEBIBYTE = 1024 * 1024

/** Notes what it is told; the real one is driven in the integration tests of terminals. */
class NotedFlow {
  isStopped = false
  stop(): void {
    this.isStopped = true
  }
  start(): void {
    this.isStopped = false
  }
}

describe('TerminalPace', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('stops a program that is too far ahead, and lets it go on when the viewer has caught up', () => {
    const flow = new NotedFlow()
    const pace = new TerminalPace(flow)
    pace.update(MEBIBYTE, 0)
    expect(flow.isStopped).toBe(false)
    pace.update(MEBIBYTE + 1, 0)
    expect(flow.isStopped).toBe(true)
    pace.update(MEBIBYTE + 1, MEBIBYTE / 2)
    expect(flow.isStopped).toBe(true)
    pace.update(MEBIBYTE + 1, MEBIBYTE)
    expect(flow.isStopped).toBe(false)
  })

  it('goes on holding for a viewer that takes, and not for one that does not', () => {
    const flow = new NotedFlow()
    const pace = new TerminalPace(flow)
    pace.update(3 * MEBIBYTE, 0)
    pace.update(3 * MEBIBYTE, MEBIBYTE)
    vi.advanceTimersByTime(1_000)
    expect(flow.isStopped).toBe(true)
    vi.advanceTimersByTime(1_000)
    expect(flow.isStopped).toBe(false)
    // It stays free until somebody has caught up.
    pace.update(9 * MEBIBYTE, MEBIBYTE)
    expect(flow.isStopped).toBe(false)
    pace.update(9 * MEBIBYTE, 9 * MEBIBYTE)
    pace.update(11 * MEBIBYTE, 9 * MEBIBYTE)
    expect(flow.isStopped).toBe(true)
  })

  it('lets the program run where nobody looks on, and at its end', () => {
    const flow = new NotedFlow()
    const pace = new TerminalPace(flow)
    pace.update(50 * MEBIBYTE, undefined)
    expect(flow.isStopped).toBe(false)
    pace.update(52 * MEBIBYTE, 0)
    expect(flow.isStopped).toBe(true)
    pace.update(52 * MEBIBYTE, undefined)
    expect(flow.isStopped).toBe(false)
    pace.update(54 * MEBIBYTE, 0)
    pace.end()
    expect(flow.isStopped).toBe(false)
    vi.advanceTimersByTime(5_000)
    expect(vi.getTimerCount()).toBe(0)
  })
})

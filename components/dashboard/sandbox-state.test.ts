import { describe, expect, it } from 'vitest'
import { sandboxState } from './sandbox-state'

const NOW = Date.parse('2026-06-01T12:00:00.000Z')
const running = { status: 'running', statusReason: null, expiresAt: null } as const
const endsIn = (minutes: number) => ({
  ...running,
  expiresAt: new Date(NOW + minutes * 60_000).toISOString(),
})

describe('the state of a sandbox in words', () => {
  it('says nothing of time where there is no end', () => {
    expect(sandboxState(running, NOW)).toEqual({ tone: 'ok', text: 'Running', detail: null })
  })

  it.each([
    [-5, 'ends within a minute'],
    [0.9, 'ends within a minute'],
    [1, '1 min left'],
    [119, '119 min left'],
    [120, '2 h left'],
    [47 * 60, '47 h left'],
    [48 * 60, '2 days left'],
  ])('says of %d minutes left: %s', (minutes, detail) => {
    expect(sandboxState(endsIn(minutes), NOW).detail).toBe(detail)
  })

  it('says why it stopped, or else how it starts again', () => {
    expect(sandboxState({ ...running, status: 'stopped' }, NOW)).toMatchObject({
      detail: 'starts when opened',
    })
    const reason = { ...running, status: 'stopped', statusReason: 'Out of memory.' } as const
    expect(sandboxState(reason, NOW)).toMatchObject({ tone: 'idle', detail: 'Out of memory.' })
  })

  it('tells a failure from a start', () => {
    expect(sandboxState({ ...running, status: 'failed' }, NOW)).toMatchObject({ tone: 'bad', text: 'Failed' })
    expect(sandboxState({ ...running, status: 'starting' }, NOW)).toMatchObject({ tone: 'busy' })
  })

  it('survives a time that is none', () => {
    expect(sandboxState({ ...running, expiresAt: 'soon' }, NOW).detail).toBeNull()
  })
})

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type CreateOptions, draftSandbox, type SandboxDefaults } from './draft'
import { Expiry, extendedExpiry, isOver } from './expiry'

const NOW = Date.parse('2026-01-01T00:00:00.000Z')
const fromNow = (ms: number) => new Date(NOW + ms).toISOString()

beforeEach(() => {
  vi.useFakeTimers({ now: NOW })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('an expiry', () => {
  function follow() {
    const told: string[] = []
    const say = (what: string) => (id: string) => told.push(`${what} ${id} ${(Date.now() - NOW) / 1000}`)
    return { told, expiry: new Expiry({ over: say('over'), soonOver: say('soon') }) }
  }

  it('is told a minute before, and when it has come', () => {
    const { told, expiry } = follow()
    expiry.set('a', fromNow(90_000))
    vi.advanceTimersByTime(200_000)
    expect(told).toEqual(['soon a 30', 'over a 90'])
  })

  it('is not announced to whoever asked for less than a minute', () => {
    const { told, expiry } = follow()
    expiry.set('a', fromNow(59_000))
    vi.advanceTimersByTime(200_000)
    expect(told).toEqual(['over a 59'])
  })

  it('moves with both, and announces itself anew when it was announced already', () => {
    const { told, expiry } = follow()
    expiry.set('a', fromNow(70_000))
    vi.advanceTimersByTime(20_000)
    expect(told).toEqual(['soon a 10'])
    expiry.set('a', fromNow(150_000))
    vi.advanceTimersByTime(200_000)
    expect(told).toEqual(['soon a 10', 'soon a 90', 'over a 150'])
  })

  it('is forgotten, and comes again where it could not be carried out', () => {
    const { told, expiry } = follow()
    expiry.set('a', fromNow(90_000))
    expiry.set('a', null)
    expiry.tryAgainLater('b')
    vi.advanceTimersByTime(200_000)
    expect(told).toEqual(['over b 30'])
  })
})

describe('extending', () => {
  it('gives at least so much from now, and takes nothing away', () => {
    expect(extendedExpiry(fromNow(1000), 60_000, null)).toBe(fromNow(60_000))
    expect(extendedExpiry(fromNow(90_000), 60_000, null)).toBe(fromNow(90_000))
    expect(extendedExpiry(null, 60_000, null)).toBeNull()
  })

  it('ends where the settings do, and says which', () => {
    expect(extendedExpiry(fromNow(1000), 60_000, 60_000)).toBe(fromNow(60_000))
    expect(() => extendedExpiry(fromNow(1000), 60_001, 60_000)).toThrow('SANDLOT_TIMEOUT_MINUTES')
    expect(() => extendedExpiry(null, 60_001, 60_000)).toThrow('SANDLOT_TIMEOUT_MINUTES')
  })

  it('knows what is over', () => {
    expect([fromNow(0), fromNow(1), null].map((time) => isOver(time))).toEqual([true, false, false])
  })
})

describe('the draft of a child', () => {
  const defaults: SandboxDefaults = {
    directory: '/workspace',
    limits: { memoryBytes: 1000, cpus: 2, processes: null, diskBytes: null, openFiles: null },
    egress: 'all',
    timeToLiveMs: 60_000,
    quota: { sandboxes: null, memoryBytes: null, diskBytes: null },
  }
  const asked = (more: Partial<CreateOptions>) => ({
    userId: 'u',
    apiKeyId: null,
    accessTokenHash: 'h',
    ...more,
  })
  const draft = (more: Partial<CreateOptions>) => draftSandbox('s', 'p', asked(more), defaults)
  const parent = draft({ limits: { memoryBytes: 500 }, egress: 'none', timeoutMs: 30_000, namespace: 'ns' })

  it('has what its main sandbox has, and lives as long', () => {
    const child = draft({ parent, name: 'web', namespace: 'ns' })
    expect(child).toMatchObject({ parentId: parent.id, name: 'web', namespace: null, egress: 'none' })
    expect(child.limits).toMatchObject({ memoryBytes: 500, cpus: 2, required: [] })
    expect(child.expiresAt).toBeNull()
  })

  it('may ask for less and not for more', () => {
    expect(draft({ parent, limits: { memoryBytes: 400 }, timeoutMs: 1000 })).toMatchObject({
      limits: { memoryBytes: 400, required: ['memoryBytes'] },
      expiresAt: fromNow(1000),
    })
    expect(() => draft({ parent, limits: { memoryBytes: 501 } })).toThrow('as its main sandbox')
    expect(() => draft({ parent, egress: 'all' })).toThrow('its children have none')
    expect(() => draft({ parent, timeoutMs: 60_001 })).toThrow('SANDLOT_TIMEOUT_MINUTES')
  })
})

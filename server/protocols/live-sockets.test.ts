import { describe, expect, it, vi } from 'vitest'
import type { Role, SandboxPrincipal } from '../auth/access'
import { LiveSockets, MAX_PER_SANDBOX, MAX_PER_TOKEN } from './live-sockets'

const ignore = vi.fn()

function principal(role: Role, tokenId: string | null): SandboxPrincipal {
  const kind = tokenId === null ? 'access-token' : 'session-token'
  return { sandboxId: 'abcdefgh12345678', role, kind, tokenId, expiresAt: null, isCookie: false }
}

/** What every token may hold, and who is told when it ends. */
function open() {
  const ends = new Map<string, () => void>()
  const watchToken = (tokenId: string, onEnded: () => void) => {
    ends.set(tokenId, onEnded)
    return () => ends.delete(tokenId)
  }
  return { live: new LiveSockets({ watchToken }), ends }
}

function fill(live: LiveSockets, who: SandboxPrincipal, count: number): (() => void)[] {
  return Array.from({ length: count }, () => live.hold(who, ignore))
}

/** So many viewers that no more of them fit. */
function fillWithViewers(live: LiveSockets): void {
  for (let left = MAX_PER_SANDBOX; left > 0; left -= MAX_PER_TOKEN)
    fill(live, principal('view', `view ${left}`), Math.min(left, MAX_PER_TOKEN))
}

describe('open sockets of a sandbox', () => {
  it('are bounded for each token, and one may open again for one that closed', () => {
    const { live } = open()
    const releases = fill(live, principal('view', 'a'), MAX_PER_TOKEN)
    expect(() => live.hold(principal('view', 'a'), ignore)).toThrow('open streams')
    live.hold(principal('view', 'b'), ignore)
    releases[0]?.()
    live.hold(principal('view', 'a'), ignore)
    expect(() => live.hold(principal('view', 'a'), ignore)).toThrow('open streams')
  })

  it('of viewers are bounded together, and keep nobody out who works in it', () => {
    const { live } = open()
    fillWithViewers(live)
    expect(() => live.hold(principal('view', 'late'), ignore)).toThrow('viewers')
    live.hold(principal('edit', 'editor'), ignore)
    live.hold(principal('own', null), ignore)
  })

  it('of its owner are bounded too', () => {
    const { live } = open()
    fill(live, principal('own', null), MAX_PER_TOKEN)
    expect(() => live.hold(principal('own', null), ignore)).toThrow('open streams')
  })

  it('end with their token, and are not counted then', () => {
    const { live, ends } = open()
    let ended = 0
    live.hold(principal('view', 'a'), () => {
      ended += 1
    })
    ends.get('a')?.()
    expect(ended).toBe(1)
    fill(live, principal('view', 'a'), MAX_PER_TOKEN)
  })

  it('end all at once, each once, where the sandbox has another token', () => {
    const { live, ends } = open()
    const end = vi.fn()
    live.hold(principal('own', null), end)
    live.hold(principal('view', 'a'), end)
    live.hold({ ...principal('own', null), sandboxId: 'another1234567890' }, ignore)
    live.endAll('abcdefgh12345678')
    live.endAll('abcdefgh12345678')
    ends.get('a')?.()
    expect(end).toHaveBeenCalledTimes(2)
    expect(ignore).not.toHaveBeenCalled()
  })
})

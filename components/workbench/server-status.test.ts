import { describe, expect, it } from 'vitest'
import type { ManagedServer } from '@/lib/protocol/servers'
import { healthOf, lastLines, namesByPort, plainLog, portsNotReady, serverNews } from './server-status'

const server = (changes: Partial<ManagedServer>): ManagedServer => ({
  slug: 'web',
  start: 'true',
  path: '/workspace',
  autostart: true,
  strict_port: false,
  depends_on: [],
  status: 'running',
  restart_policy: 'never',
  max_restarts: 0,
  restart_delay: 1e9,
  stop_timeout: 1e10,
  restart_count: 0,
  exit_code: null,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  ...changes,
})

describe('health', () => {
  const checked = { last_check: '2026-01-01T00:00:00.000Z', consecutive_failures: 0 }

  it('is not spoken of without a check, or while nothing runs', () => {
    expect(healthOf(server({}))).toBeNull()
    expect(healthOf(server({ healthy: false, status: 'failed', health_status: checked }))).toBeNull()
  })

  it('says what was answered, and how often', () => {
    expect(healthOf(server({ healthy: false, health_status: { consecutive_failures: 0 } }))?.isBad).toBe(
      false,
    )
    expect(healthOf(server({ healthy: true, health_status: checked }))?.word).toBe('healthy')
    const failing = { ...checked, last_status: 503, consecutive_failures: 4 }
    expect(healthOf(server({ healthy: false, health_status: failing }))).toEqual({
      word: 'unhealthy: answers 503, 4 times',
      isBad: true,
    })
    const silent = { ...checked, consecutive_failures: 1 }
    expect(healthOf(server({ healthy: false, health_status: silent }))?.word).toBe('unhealthy: no answer')
  })
})

it('a port has the name of the server that listens there, not of one that only wants it', () => {
  const servers = [server({ port: 3000, url: 'http://x' }), server({ slug: 'api', port: 4000 })]
  expect([...namesByPort(servers)]).toEqual([[3000, 'web']])
})

it('a port waits for the health check of its server', () => {
  const check = { path: '/' }
  const servers = [
    server({ port: 3000, health_check: check }),
    server({ slug: 'passed', port: 3001, health_check: check, status: 'ready' }),
    server({ slug: 'unchecked', port: 3002 }),
  ]
  expect([...portsNotReady(servers)]).toEqual([3000])
})

describe('news', () => {
  it('are what became ready at a port, and what failed', () => {
    const before = [server({}), server({ slug: 'api' }), server({ slug: 'job' })]
    const after = [
      server({ status: 'ready', port: 3000 }),
      server({ slug: 'api', status: 'failed', status_reason: 'It ended with exit code 1.' }),
      server({ slug: 'job', status: 'restarting' }),
      server({ slug: 'new', status: 'ready', port: 4000 }),
    ]
    expect(serverNews(before, after)).toEqual([
      { slug: 'web', became: 'ready', port: 3000 },
      { slug: 'api', became: 'failed', reason: 'It ended with exit code 1.' },
      { slug: 'new', became: 'ready', port: 4000 },
    ])
    expect(serverNews(after, after)).toEqual([])
  })
})

describe('a log', () => {
  it('is shown without escapes, and its progress bars as they ended', () => {
    expect(plainLog('\x1b[32mVITE\x1b[0m ready\r\n10%\r50%\r100%\r\n\x1b]0;title\x07done')).toBe(
      'VITE ready\n100%\ndone',
    )
  })

  it('ends with its last lines', () => {
    expect(lastLines('one\ntwo\nthree\n\n', 2)).toBe('two\nthree')
    expect(lastLines('', 2)).toBe('')
  })
})

import { afterEach, describe, expect, it, vi } from 'vitest'
import { isSameOrigin } from './same-origin'

const post = (headers: Record<string, string>) =>
  isSameOrigin(new Request('http://localhost:3000/x', { method: 'POST', headers }))

afterEach(() => vi.unstubAllEnvs())

describe('a write', () => {
  it('from our own page is taken', () => {
    expect(post({ origin: 'http://localhost:3000', host: 'localhost:3000' })).toBe(true)
  })

  it('through a proxy that renames the host is taken by SANDLOT_URL', () => {
    vi.stubEnv('SANDLOT_URL', 'https://sandlot.example.com')
    expect(post({ origin: 'https://sandlot.example.com', host: '10.0.0.5:3000' })).toBe(true)
  })

  it.each([
    'http://abcdef123456.localhost:3000',
    'http://abcdef123456-5173.localhost:3000',
    'http://localhost:5173',
    'https://evil.example',
    'null',
    'http://localhost:3000.evil.example',
    'nonsense',
  ])('from %s is refused', (origin) => {
    expect(post({ origin, host: 'localhost:3000' })).toBe(false)
  })

  it('of a program, which sends neither Origin nor Sec-Fetch-Site, is taken', () => {
    expect(post({ host: 'localhost:3000' })).toBe(true)
  })

  it('of a browser that hides its origin is refused', () => {
    expect(post({ host: 'localhost:3000', 'sec-fetch-site': 'cross-site' })).toBe(false)
  })
})

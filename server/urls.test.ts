import { describe, expect, it } from 'vitest'
import { configOf } from './config'
import { createLogger } from './log'
import type { RequestContext } from './request-context'
import { addressBookOf, exposureNotice, needsLoopbackListener, sharedDomainWarning, urlsOf } from './urls'

const ID = 'abcdefgh12345678'

function from(origin: string, base = ''): RequestContext {
  return {
    requestId: 'r',
    log: createLogger('silent'),
    base,
    path: '/',
    query: new URLSearchParams(),
    origin,
    isSecure: origin.startsWith('https'),
  }
}

describe('on one machine', () => {
  const urls = urlsOf(configOf({}), 3000)
  const local = from('http://127.0.0.1:3000')

  it('programs use the path, browsers the host', () => {
    expect(urls.app).toBe('http://localhost:3000')
    expect(urls.loopback).toBe('http://127.0.0.1:3000')
    expect(urls.sandboxUrl(ID, local)).toBe(`http://127.0.0.1:3000/sandboxes/${ID}`)
    expect(urls.browserUrl(ID, local)).toBe(`http://${ID}.localhost:3000`)
  })

  it('a port is below the sandbox for programs, and on its own host beside its host', () => {
    expect(urls.previewUrl(ID, 8080, local)).toBe(`http://127.0.0.1:3000/sandboxes/${ID}/ports/8080/~public`)
    const there = from(`http://${ID}.localhost:3000`)
    expect(urls.previewUrl(ID, 8080, there)).toBe(`http://${ID}-8080.localhost:3000`)
  })

  it('whoever is on the host already stays there', () => {
    const there = from(`http://${ID}.localhost:3000`)
    expect(urls.sandboxUrl(ID, there)).toBe(`http://${ID}.localhost:3000`)
    expect(urls.appUrl(there)).toBe('http://localhost:3000')
    expect(urls.sandboxUrl('sother', there)).toBe('http://sother.localhost:3000')
    expect(urls.isSecureHost('localhost')).toBe(false)
  })
})

describe('with an address and a domain', () => {
  const config = configOf({
    SANDLOT_URL: 'https://sandlot.example.com',
    SANDLOT_SANDBOX_DOMAIN: 'boxes.example.dev',
  })
  const urls = urlsOf(config, 3000)

  it('every sandbox has a host there', () => {
    expect(urls.app).toBe('https://sandlot.example.com')
    for (const context of [from('http://127.0.0.1:3000'), from('https://sandlot.example.com')]) {
      expect(urls.sandboxUrl(ID, context)).toBe(`https://${ID}.boxes.example.dev`)
      expect(urls.browserUrl(ID, context)).toBe(`https://${ID}.boxes.example.dev`)
      expect(urls.previewUrl(ID, 8080, context)).toBe(`https://${ID}-8080.boxes.example.dev`)
    }
    expect(urls.appUrl(from(`https://${ID}.boxes.example.dev`))).toBe('https://sandlot.example.com')
  })

  it('both are secure and localhost is not', () => {
    expect(urls.isSecureHost('sandlot.example.com')).toBe(true)
    expect(urls.isSecureHost(`${ID}.boxes.example.dev`)).toBe(true)
    expect(urls.isSecureHost('localhost')).toBe(false)
    expect(urls.isSecureHost('evilboxes.example.dev')).toBe(false)
  })

  it('a shared domain is warned of', () => {
    expect(sharedDomainWarning(config)).toBeNull()
    const shared = configOf({ SANDLOT_URL: 'https://a.example.com', SANDLOT_SANDBOX_DOMAIN: 'b.example.com' })
    expect(sharedDomainWarning(shared)).toContain('shares example.com')
  })
})

describe('a port of a sandbox', () => {
  it('has a host where the caller is at the host of its sandbox, or a domain is set', () => {
    const local = urlsOf(configOf({}), 3000)
    const there = from(`http://${ID}.localhost:3000`)
    expect(local.previewUrl(ID, 8000, there)).toBe(`http://${ID}-8000.localhost:3000`)
    const settings = {
      SANDLOT_URL: 'https://sandlot.example.com',
      SANDLOT_SANDBOX_DOMAIN: 'boxes.example.dev',
    }
    const inDomain = urlsOf(configOf(settings), 3000).previewUrl(ID, 8000, from('http://127.0.0.1:3000'))
    expect(inDomain).toBe(`https://${ID}-8000.boxes.example.dev`)
  })

  it('has a path elsewhere, with no ticket in it', () => {
    const url = urlsOf(configOf({}), 3000).previewUrl(ID, 8000, from('http://127.0.0.1:3000'))
    expect(url).toBe(`http://127.0.0.1:3000/sandboxes/${ID}/ports/8000/~public`)
  })
})

describe('with an address and no domain', () => {
  it('browsers use the path there, also when a server route asks for them', () => {
    const urls = urlsOf(configOf({ SANDLOT_URL: 'https://sandlot.example.com' }), 3000)
    for (const origin of ['http://127.0.0.1:3000', 'https://sandlot.example.com'])
      expect(urls.browserUrl(ID, from(origin))).toBe(`https://sandlot.example.com/sandboxes/${ID}`)
  })
})

describe('what is listened on', () => {
  it('is known by its names', () => {
    expect([...addressBookOf(configOf({ HOST: '192.0.2.7' }), []).appHosts]).toContain('192.0.2.7')
    expect([...addressBookOf(configOf({ HOST: 'fd00::7' }), []).appHosts]).toContain('[fd00::7]')
    expect([...addressBookOf(configOf({ HOST: '0.0.0.0' }), []).appHosts]).not.toContain('0.0.0.0')
  })

  it('always includes this machine, for the server routes of the app', () => {
    expect(needsLoopbackListener('192.0.2.7')).toBe(true)
    for (const host of ['127.0.0.1', 'localhost', '::1', '0.0.0.0', '::'])
      expect(needsLoopbackListener(host)).toBe(false)
  })

  it('is told where it is more than this machine, with what is missing for it', () => {
    for (const HOST of ['127.0.0.1', 'localhost', '::1'])
      expect(exposureNotice(configOf({ HOST }))).toBeNull()
    const open = exposureNotice(configOf({ HOST: '0.0.0.0' }))
    expect(open).toMatch(
      /every address of this machine.*\nNothing is encrypted.*\n.*refused until SANDLOT_URL/,
    )
    expect(exposureNotice(configOf({ HOST: '192.0.2.7' }))).toMatch(/listens on 192\.0\.2\.7/)
    const behindTls = configOf({ HOST: '::', SANDLOT_URL: 'https://sandlot.example.com' })
    expect(exposureNotice(behindTls)).not.toMatch(/encrypted|SANDLOT_URL/)
  })
})

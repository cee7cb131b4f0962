import { describe, expect, it } from 'vitest'
import { type AddressBook, parseHost, parsePort, resolveAddress } from './address'

const ID = 'abcdefgh12345678'
const book: AddressBook = {
  appHosts: new Set(['localhost', '127.0.0.1', '[::1]', 'sandlot.example.com']),
  sandboxDomains: ['localhost', 'boxes.example.dev'],
  publicNames: new Set(['fonts']),
  isDev: false,
}

function at(host: string, path: string) {
  return resolveAddress(book, parseHost(host), path)
}

describe('the table of addresses', () => {
  const rows: [string, string, Record<string, unknown>][] = [
    ['localhost:3000', '/', { kind: 'app', path: '/' }],
    ['127.0.0.1:3000', '/sign-in', { kind: 'app', path: '/sign-in' }],
    ['[::1]:3000', '/_next/static/a.js', { kind: 'app' }],
    ['sandlot.example.com', '/api/app/sandboxes', { kind: 'app', path: '/api/app/sandboxes' }],
    ['localhost:3000', '/api/auth/session', { kind: 'app' }],
    ['localhost:3000', '/api/auth/register', { kind: 'api', path: '/api/auth/register' }],
    ['localhost:3000', '/api/sandboxes', { kind: 'api', path: '/api/sandboxes' }],
    ['localhost:3000', '/v1/sandboxes', { kind: 'api', base: '', path: '/v1/sandboxes' }],
    ['localhost:3000', '//v1/sandboxes', { kind: 'api', path: '/v1/sandboxes' }],
    ['localhost:3000', '/healthz', { kind: 'api', path: '/healthz' }],
    ['localhost:3000', '/openapi.json', { kind: 'api', path: '/openapi.json' }],
    ['localhost:3000', '/readyz', { kind: 'api', path: '/readyz' }],
    ['localhost:3000', '/v10', { kind: 'app' }],
    [`${ID}.localhost:3000`, '/', { kind: 'sandbox', id: ID, base: '', path: '/' }],
    [`${ID}.localhost:3000`, '/files//app/a%20b', { kind: 'sandbox', id: ID, path: '/files//app/a%20b' }],
    [`${ID}.localhost:3000`, '/v1/sandboxes', { kind: 'sandbox', path: '/v1/sandboxes' }],
    [`${ID}.localhost:3000`, '/sign-in', { kind: 'sandbox', path: '/sign-in' }],
    [`${ID}.localhost:3000`, '/api/app/sandboxes', { kind: 'sandbox' }],
    [`${ID}.localhost:3000`, '/play/', { kind: 'app', path: '/play' }],
    [`${ID}.localhost:3000`, '/play', { kind: 'app', path: '/play' }],
    [`${ID}.localhost:3000`, '/playful', { kind: 'sandbox', path: '/playful' }],
    [`${ID}.localhost:3000`, '/_next/static/a.js', { kind: 'app', path: '/_next/static/a.js' }],
    [`${ID}.localhost:3000`, '/fonts/inter.woff2', { kind: 'app' }],
    [`${ID}.boxes.example.dev`, '/health', { kind: 'sandbox', id: ID }],
    [
      'localhost:3000',
      `/sandboxes/${ID}/health`,
      { kind: 'sandbox', base: `/sandboxes/${ID}`, path: '/health' },
    ],
    ['localhost:3000', `/sandboxes/${ID}`, { kind: 'sandbox', path: '/' }],
    ['localhost:3000', `/sandboxes/${ID}/files//x`, { kind: 'sandbox', path: '/files//x' }],
    ['localhost:3000', `/sandboxes/${ID}/play/`, { kind: 'app', path: '/play' }],
    ['localhost:3000', `/sandboxes/${ID}/_next/a.js`, { kind: 'sandbox', path: '/_next/a.js' }],
    ['localhost:3000', `/sandboxes/${ID}/ports/80/open`, { kind: 'sandbox', path: '/ports/80/open' }],
    [
      `${ID}-5173.localhost:3000`,
      '/a',
      { kind: 'preview', id: ID, port: 5173, base: '', path: '/a', ticket: null },
    ],
    [`${ID}-5173.localhost`, '/v1/sandboxes', { kind: 'preview', path: '/v1/sandboxes' }],
    [`${ID}-5173.localhost`, '/play/', { kind: 'preview', path: '/play/' }],
    [`${ID}-65535.boxes.example.dev`, '/', { kind: 'preview', port: 65535 }],
    [
      'localhost:3000',
      `/sandboxes/${ID}/ports/8000/~t.x/a/b`,
      { kind: 'preview', port: 8000, ticket: 't.x', base: `/sandboxes/${ID}/ports/8000/~t.x`, path: '/a/b' },
    ],
    ['localhost:3000', `/sandboxes/${ID}/ports/8000/~public/a`, { kind: 'preview', ticket: '', path: '/a' }],
    ['localhost:3000', `/sandboxes/${ID}/ports/8000/~t`, { kind: 'preview', path: '' }],
  ]
  it.each(rows)('%s %s', (host, path, expected) => {
    expect(at(host, path)).toMatchObject(expected)
  })
})

describe('what is spelt differently and means the same', () => {
  it.each([`${ID.toUpperCase()}.LocalHost:3000`, `${ID}.localhost.:3000`, `${ID}.localhost.`])(
    '%s',
    (host) => {
      expect(at(host, '/health')).toMatchObject({ kind: 'sandbox', id: ID })
    },
  )
})

describe('hosts that are not ours', () => {
  const unknown = [
    'evil.example',
    'localhost.evil.example',
    'evil-localhost',
    `x.${ID}.localhost`,
    `${ID}.localhost.evil.example`,
    'short.localhost',
    `${ID}-.localhost.evil`,
    '10.0.0.1',
    '[::2]:3000',
    '127.1',
    'boxes.example.dev',
    `${'a'.repeat(41)}.localhost`,
  ]
  it.each(unknown)('%s is misdirected', (host) => {
    expect(at(host, '/')).toMatchObject({ kind: 'misdirected', code: 'misdirected' })
  })
})

describe('Host headers that cannot be read', () => {
  const broken = [
    '',
    ' ',
    ':3000',
    'localhost:',
    'localhost:0',
    'localhost:65536',
    'localhost:80abc',
    'localhost:3000:3000',
    'local%00host',
    'localhost\u0000',
    '%00',
    'a..b',
    '.localhost',
    'localhost..',
    '[::1',
    '[zz]:80',
    '[::1]x',
    '::1',
    'user@localhost',
    'localhost/x',
    'localhost,localhost',
    'exämple.de',
    'a'.repeat(300),
    `${'a'.repeat(100_000)}.localhost`,
  ]
  it.each(broken)('%j is a bad request', (host) => {
    expect(at(host, '/')).toMatchObject({ kind: 'misdirected', code: 'bad_request' })
  })
})

describe('ports of previews', () => {
  it.each(['0', '65536', '80abc', '080', '+80', '-80', '', ' 80', '8e3', '0x50', '١', '99999999999'])(
    '%j is none',
    (port) => {
      expect(parsePort(port)).toBeNull()
      expect(at(`${ID}-${port}.localhost`, '/').kind).toBe('misdirected')
      expect(at('localhost', `/sandboxes/${ID}/ports/${port}/~t/`).kind).toBe('misdirected')
    },
  )
})

describe('paths that lead elsewhere', () => {
  it.each(['http://localhost/', '*', '', 'localhost:80'])('%j does not begin with a slash', (path) => {
    expect(at('localhost', path)).toMatchObject({ kind: 'misdirected', code: 'bad_request' })
  })

  it.each(['/play', '/play/', '/%70lay/', '//play', '/pl%61y'])('%s is nowhere on the app', (path) => {
    expect(at('localhost', path)).toMatchObject({ kind: 'misdirected', code: 'not_found' })
  })

  it.each([
    '/play/../api/app/x',
    '/_next/%2e%2e/sign-in',
    '/_next/..\\x',
    '/play/..%5cx',
    '/_next/a%00',
    '/%zz',
  ])('%s never reaches Next', (path) => {
    expect(at(`${ID}.localhost`, path).kind).not.toBe('app')
  })

  it.each([
    '/sandboxes/',
    '/sandboxes/short/health',
    '/sandboxes/..%2f/x',
    `/sandboxes/${ID.toUpperCase()}/`,
  ])('%s is no sandbox', (path) => {
    expect(at('localhost', path)).toMatchObject({ kind: 'misdirected', code: 'not_found' })
  })
})

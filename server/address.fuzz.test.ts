import fc from 'fast-check'
import { describe, it } from 'vitest'
import { type AddressBook, type HostName, parseHost, parsePort, resolveAddress } from './address'

const HANG_MS = 120_000

const BOOK: AddressBook = {
  appHosts: new Set(['localhost', '127.0.0.1', '[::1]']),
  sandboxDomains: ['localhost', 'boxes.example'],
  publicNames: new Set(['robots.txt']),
  isDev: false,
}
const ID = 'abcdef123456'

const piece = fc.constantFrom(
  ...[
    'localhost',
    'boxes.example',
    '127.0.0.1',
    '[::1]',
    '[',
    ']',
    ':',
    '::',
    '.',
    '..',
    '-',
    ID,
    ID.toUpperCase(),
  ],
  ...[
    '3000',
    '0',
    '65535',
    '65536',
    '-1',
    '%',
    '@',
    '/',
    '\\',
    ' ',
    '\t',
    '\0',
    '\r\n',
    'é',
    'K',
    'ſ',
    ',',
    '_',
  ],
)
const hostile = fc.oneof(
  { weight: 3, arbitrary: fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 24 }) },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  },
)
const label = fc.stringMatching(/^[a-z0-9-]{1,12}$/)
const port = fc.option(fc.integer({ min: 1, max: 65535 }), { nil: null })
const host: fc.Arbitrary<HostName> = fc.record({
  name: fc.oneof(
    fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
    fc.ipV6().map((address) => `[${address.toLowerCase()}]`),
  ),
  port,
})
const pathPiece = fc.constantFrom(
  ...[
    '/',
    '//',
    'sandboxes',
    'ports',
    '~ticket',
    'play',
    'api',
    'v1',
    '_next',
    '..',
    '%2e',
    '%',
    '%00',
    '\\',
    '\n',
  ],
  ...[ID, '3000', '0', '99999', 'healthz', 'robots.txt', 'app', 'auth', 'é', '?', ':'],
)
const path = fc.oneof(
  fc.array(pathPiece, { maxLength: 10 }).map((pieces) => `/${pieces.join('')}`),
  fc.string({ unit: 'binary', maxLength: 24 }),
)

function written({ name, port: number }: HostName): string {
  return number === null ? name : `${name}:${number}`
}

function isSame(read: HostName | null, wanted: HostName): boolean {
  return read !== null && read.name === wanted.name && read.port === wanted.port
}

describe('Host and path under fuzzing', () => {
  it(
    'refuses a Host or reads it so that it is read again as the same',
    () => {
      const property = fc.property(hostile, (header) => {
        const parsed = parseHost(header)
        if (parsed === null) return true
        const isName = /^(\[[0-9a-f:.]+(%[^\]]+)?\]|[a-z0-9-]+(\.[a-z0-9-]+)*)$/s.test(parsed.name)
        return isName && isSame(parseHost(written(parsed)), parsed)
      })
      fc.assert(property, { numRuns: 100_000 })
    },
    HANG_MS,
  )

  it(
    'reads every Host that is one, in either case and with a dot at its end',
    () => {
      const property = fc.property(host, (each) => {
        const dotted = each.name.startsWith('[') ? each : { ...each, name: `${each.name}.` }
        const headers = [written(each), written(each).toUpperCase(), written(dotted)]
        return headers.every((header) => isSame(parseHost(header), each))
      })
      fc.assert(property, { numRuns: 50_000 })
    },
    HANG_MS,
  )

  it(
    'finds for every Host and path somebody whom they may be for',
    () => {
      const anyHost = fc.oneof(
        hostile.map(parseHost),
        fc
          .constantFrom('localhost', `${ID}.localhost`, `${ID}-80.boxes.example`, `${ID}-0.localhost`)
          .map(parseHost),
      )
      const property = fc.property(anyHost, path, (name, asked) => {
        const target = resolveAddress(BOOK, name, asked)
        if ('id' in target && !/^[a-z0-9]{12,40}$/.test(target.id)) return false
        if (target.kind === 'preview') return parsePort(String(target.port)) === target.port
        if (target.kind === 'app') return /^\/(?!.*(^|\/)\.\.(\/|$))[^\\]*$/s.test(target.path)
        return target.kind === 'misdirected' || `${target.base}${target.path}`.startsWith('/')
      })
      fc.assert(property, { numRuns: 100_000 })
    },
    HANG_MS,
  )
})

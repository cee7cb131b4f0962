import { isIP, isIPv4, isIPv6 } from 'node:net'
import { z } from 'zod'
import { LIMIT_BOUNDS } from '@/lib/protocol/sandboxes'

/** One setting: what it means, how it is read, and its default as one would write it; '' where there is none. */
export interface Setting<T> {
  meaning: string
  fallback: string
  /** Said in place of the default where that is worked out at the start. */
  fallbackText?: string
  schema: z.ZodType<T, string>
}

function setting<T>(
  meaning: string,
  fallback: string,
  schema: z.ZodType<T, string>,
  fallbackText?: string,
): Setting<T> {
  return { meaning, fallback, schema, ...(fallbackText === undefined ? {} : { fallbackText }) }
}

/** More than any machine has. */
const MAX_OWNER_MB = 999_999_999

const optionalText = z.string().transform((text) => (text === '' ? null : text))

function whole(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`)
}

/** A limit: 0 is none. */
function limit({ min, max }: { min: number; max: number }) {
  const message = `must be a whole number from ${min} to ${max}, or 0 for no limit`
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value === 0 || (value >= min && value <= max), message)
    .transform((value) => (value === 0 ? null : value))
}

const cores = z
  .string()
  .regex(/^\d{1,4}(\.\d{1,3})?$/, 'must be a number of cores, such as 2 or 0.5, or 0 for no limit')
  .transform(Number)
  .refine(
    (value) => value === 0 || (value >= LIMIT_BOUNDS.cpus.min && value <= LIMIT_BOUNDS.cpus.max),
    `must be from ${LIMIT_BOUNDS.cpus.min} to ${LIMIT_BOUNDS.cpus.max}, or 0 for no limit`,
  )
  .transform((value) => (value === 0 ? null : value))

const mailServer = z
  .string()
  .refine(
    (text) => text === '' || /^smtps?:$/.test(parsedUrl(text)?.protocol ?? ''),
    'must be an address such as smtp://user:password@mail.example.com:587',
  )
  .transform((text) => (text === '' ? null : text))

const mailSender = optionalText.refine(
  (text) => text === null || /^[^@\r\n]+@[^@\r\n]+$/.test(text),
  'must be an address such as Sandlot <sandlot@example.com>',
)

const HOST_NAME = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/

const bindAddress = z
  .string()
  .transform((text) => text.toLowerCase().replace(/^\[(.*)\]$/, '$1'))
  .refine((host) => isIP(host) !== 0 || HOST_NAME.test(host), 'must be an address or a host name')

const domain = z
  .string()
  .transform((text) => text.toLowerCase())
  .refine(
    (text) => text === '' || HOST_NAME.test(text),
    'must be a domain name such as sandboxes.example.dev, without a scheme, a port or a path',
  )
  .transform((text) => (text === '' ? null : text))

function parsedUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}

const origin = z
  .string()
  .refine(
    (text) => text === '' || isOrigin(text),
    'must be an address such as https://sandlot.example.com, without a path',
  )
  .transform((text) => parsedUrl(text))

function isOrigin(text: string): boolean {
  const url = parsedUrl(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return false
  return url.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
}

/** These reach every sandbox, so they must not carry a credential. */
const openUrl = z
  .string()
  .refine(
    (text) => text === '' || isOpenUrl(text),
    'must be an http or https address without a user name or password',
  )
  .transform((text) => (text === '' ? null : text))

function isOpenUrl(text: string): boolean {
  const url = parsedUrl(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}

const addresses = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .refine(
    (list) => !list.some((text) => isIPv6(text.split('/')[0] ?? '')),
    'must be IPv4 only: sandboxes have no IPv6',
  )
  .refine(
    (list) => list.every(isAddressOrRange),
    'must be IP addresses or ranges, such as 10.0.0.7,10.1.0.0/24',
  )

function isAddressOrRange(text: string): boolean {
  const [address = '', bits = '32', ...rest] = text.split('/')
  return isIPv4(address) && rest.length === 0 && /^\d{1,2}$/.test(bits) && Number(bits) <= 32
}

/** Every setting, in the order in which `--help` and the documentation show them. */
export const settings = {
  PORT: setting('Port to listen on.', '3000', whole(0, 65535)),
  HOST: setting('Address to listen on; 0.0.0.0 for every one of this machine.', '127.0.0.1', bindAddress),
  SANDLOT_URL: setting(
    'Where browsers reach Sandlot, such as https://sandlot.example.com.',
    '',
    origin,
    'http://localhost:PORT',
  ),
  SANDLOT_SANDBOX_DOMAIN: setting(
    'Domain with wildcard DNS whose names are the sandboxes; it should share nothing with that of SANDLOT_URL.',
    '',
    domain,
    'localhost, for browsers on this machine',
  ),
  SANDLOT_DATA_DIR: setting(
    'Where the database, keys and sandboxes are kept.',
    '',
    optionalText,
    '/var/lib/sandlot as root, else ~/.local/share/sandlot',
  ),
  DATABASE_URL: setting(
    'postgres://… to keep the records in PostgreSQL; a path for SQLite elsewhere.',
    '',
    optionalText,
    'SQLite in the data directory',
  ),
  SANDLOT_MEMORY_MB: setting(
    'Memory of a sandbox, in MB; 0: no limit.',
    '2048',
    limit(LIMIT_BOUNDS.memoryMb),
  ),
  SANDLOT_CPUS: setting('Cores of a sandbox, such as 0.5 or 2; 0: no limit.', '2', cores),
  SANDLOT_PROCESSES: setting(
    'Processes and threads of a sandbox; 0: no limit.',
    '512',
    limit(LIMIT_BOUNDS.processes),
  ),
  SANDLOT_DISK_MB: setting('Disk of a sandbox, in MB; 0: no limit.', '4096', limit(LIMIT_BOUNDS.diskMb)),
  SANDLOT_OPEN_FILES: setting(
    'Open files of one process; 0: no limit.',
    '16384',
    limit(LIMIT_BOUNDS.openFiles),
  ),
  SANDLOT_EGRESS: setting(
    'What sandboxes reach: none, or all of the internet (never this machine or private networks).',
    'all',
    z.enum(['none', 'all'], 'must be none or all'),
  ),
  SANDLOT_TIMEOUT_MINUTES: setting(
    'How long a sandbox lives, in minutes; 0: until it is ended.',
    '1440',
    limit({ min: 1, max: 525_600 }),
  ),
  SANDLOT_WARM_SANDBOXES: setting(
    'Sandboxes kept ready for whoever comes next, each some 7 MB; 0: none.',
    '2',
    whole(0, 64),
  ),
  SANDLOT_MAX_SANDBOXES: setting(
    'Sandboxes that one owner may have; 0: no limit.',
    '200',
    limit({ min: 1, max: 1_000_000 }),
  ),
  SANDLOT_OWNER_MEMORY_MB: setting(
    'Memory that the sandboxes of one owner may be allowed together, in MB; 0: no limit.',
    '409600',
    limit({ min: LIMIT_BOUNDS.memoryMb.min, max: MAX_OWNER_MB }),
  ),
  SANDLOT_OWNER_DISK_MB: setting(
    'Disk that the sandboxes of one owner may be allowed together, with what snapshots take, in MB; 0: no limit.',
    '819200',
    limit({ min: LIMIT_BOUNDS.diskMb.min, max: MAX_OWNER_MB }),
  ),
  SANDLOT_PACKAGE_REGISTRY: setting('npm registry used inside sandboxes.', '', openUrl, "npm's own"),
  SANDLOT_PACKAGE_INDEX: setting('Python package index used inside sandboxes.', '', openUrl, "pip's own"),
  SANDLOT_PACKAGE_PROXY: setting('HTTP proxy for package managers inside sandboxes.', '', openUrl, 'none'),
  SANDLOT_PACKAGE_CA: setting(
    'File of certificates (PEM) that sandboxes trust besides the public ones.',
    '',
    optionalText,
    'none',
  ),
  SANDLOT_PACKAGE_ADDRESSES: setting(
    'IPv4 addresses or ranges that sandboxes may reach although they are private, for the registry and proxy above; one of this machine only where it is named itself.',
    '',
    addresses,
    'none',
  ),
  LOG_LEVEL: setting(
    'How much is logged: trace, debug, info, warn, error, fatal, silent.',
    '',
    z
      .enum(
        ['', 'trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
        'must be one of the words above',
      )
      .transform((level) => (level === '' ? null : level)),
    'info; warn where the output is a terminal',
  ),
  NEXTAUTH_SECRET: setting(
    'Secret that signs sign-in links and sessions, 32 characters or more.',
    '',
    optionalText.refine(
      (secret) => secret === null || secret.length >= 32,
      'must have 32 characters or more',
    ),
    'made on the first start, kept in the data directory',
  ),
  EMAIL_SERVER: setting(
    'Mail server for sign-in links by mail, such as smtp://user:password@mail.example.com:587.',
    '',
    mailServer,
    'none: nobody is sent mail',
  ),
  EMAIL_FROM: setting('Sender of those mails.', '', mailSender, 'Sandlot <sandlot@localhost>'),
}

export type Settings = { [Name in keyof typeof settings]: z.output<(typeof settings)[Name]['schema']> }

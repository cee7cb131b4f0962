import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { SandboxError } from '@/lib/errors'
import { readEnvFile } from './env-file'
import { type Settings, settings } from './settings'

/** What this start of Sandlot is told, checked. Sizes are bytes, times milliseconds, `null` is no limit. */
export interface Config {
  isDev: boolean
  host: string
  /** 0: any free one. */
  port: number
  /** SANDLOT_URL; null where it follows from the port. */
  url: URL | null
  sandboxDomain: string | null
  dataDir: string
  /** As lib/db opens it: `postgres://…` or a file. */
  databaseUrl: string
  limits: {
    memoryBytes: number | null
    cpus: number | null
    processes: number | null
    diskBytes: number | null
    openFiles: number | null
  }
  egress: 'none' | 'all'
  timeoutMs: number | null
  warmSandboxes: number
  /** Of one owner, over all sandboxes. */
  quota: { sandboxes: number | null; memoryBytes: number | null; diskBytes: number | null }
  packages: {
    registry: string | null
    index: string | null
    proxy: string | null
    /** A file of certificates. */
    ca: string | null
    addresses: string[]
  }
  logLevel: string
  /** NEXTAUTH_SECRET; null where one is made and kept. */
  authSecret: string | null
  /** How next-auth sends mail; null where it does not. */
  mail: { server: string | null; from: string | null }
}

export type Start = { kind: 'help'; text: string } | { kind: 'run'; config: Config }

/** Settings of the command line, over those of the environment, over those of `.env` in `root`. */
export function readStart(root: string, args: string[]): Start {
  const flags = readFlags(args)
  if (flags.isHelp) return { kind: 'help', text: helpText() }
  const env = { ...readEnvFile(join(root, '.env')), ...process.env, ...flags.settings }
  return { kind: 'run', config: { ...configOf(env), isDev: flags.isDev } }
}

/** What the app's own settings are in this process: Next and next-auth read them from the environment. */
export function tellNext(values: {
  DATABASE_URL: string
  SANDLOT_DATA_DIR: string
  SANDLOT_URL: string
  SANDLOT_API_URL: string
  NEXTAUTH_URL: string
  NEXTAUTH_SECRET: string
  EMAIL_SERVER: string | null
  EMAIL_FROM: string | null
}): void {
  for (const [name, value] of Object.entries(values)) if (value !== null) process.env[name] = value
}

export function configOf(env: Record<string, string | undefined>): Config {
  const values = readSettings(env)
  const dataDir = resolve(values.SANDLOT_DATA_DIR ?? defaultDataDir(env))
  return {
    isDev: false,
    host: values.HOST,
    port: values.PORT,
    url: values.SANDLOT_URL,
    sandboxDomain: values.SANDLOT_SANDBOX_DOMAIN,
    dataDir,
    databaseUrl: values.DATABASE_URL ?? join(dataDir, 'sandlot.db'),
    limits: limitsOf(values),
    egress: values.SANDLOT_EGRESS,
    timeoutMs: scaled(values.SANDLOT_TIMEOUT_MINUTES, 60_000),
    warmSandboxes: values.SANDLOT_WARM_SANDBOXES,
    quota: {
      sandboxes: values.SANDLOT_MAX_SANDBOXES,
      memoryBytes: scaled(values.SANDLOT_OWNER_MEMORY_MB, 1024 * 1024),
      diskBytes: scaled(values.SANDLOT_OWNER_DISK_MB, 1024 * 1024),
    },
    packages: packagesOf(values),
    logLevel: values.LOG_LEVEL ?? (process.stdout.isTTY ? 'warn' : 'info'),
    authSecret: values.NEXTAUTH_SECRET,
    mail: { server: values.EMAIL_SERVER, from: values.EMAIL_FROM },
  }
}

export function helpText(): string {
  const width = Math.max(...Object.keys(settings).map((name) => name.length)) + 2
  const lines = Object.entries(settings).flatMap(([name, { meaning, fallback, fallbackText }]) => [
    `  ${name.padEnd(width)}${meaning}`,
    `  ${''.padEnd(width)}Default: ${fallbackText ?? fallback}.`,
  ])
  return [
    'Sandlot: a browser IDE on disposable Linux sandboxes.',
    '',
    'npm start -- [--port N] [--host ADDRESS] [--help]',
    'npm run dev -- the same, with reload',
    '',
    'Settings are environment variables, or lines of .env beside package.json:',
    '',
    ...lines,
    '',
  ].join('\n')
}

function readFlags(args: string[]) {
  const flags = { isHelp: false, isDev: false, settings: {} as Record<string, string> }
  const rest = [...args]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [name = '', ...value] = word.split('=')
    if (name === '--help' || name === '-h') flags.isHelp = true
    else if (name === '--dev') flags.isDev = true
    else if (name === '--port' || name === '--host') {
      const text = value.length > 0 ? value.join('=') : rest.shift()
      if (!text)
        throw refusal([`${name} needs a value, such as ${name}=${name === '--port' ? '4000' : '0.0.0.0'}.`])
      flags.settings[name.slice(2).toUpperCase()] = text
    } else throw refusal([`${word}: there is no such option; --help lists them.`])
  }
  return flags
}

function readSettings(env: Record<string, string | undefined>): Settings {
  const problems = unknownSettings(env)
  const values: Record<string, unknown> = {}
  for (const [name, { fallback, schema }] of Object.entries(settings)) {
    const raw = env[name]?.trim()
    const result = schema.safeParse(raw === undefined || raw === '' ? fallback : raw)
    if (result.success) values[name] = result.data
    else problems.push(`${name} ${result.error.issues[0]?.message ?? 'cannot be read'}.`)
  }
  const ca = values.SANDLOT_PACKAGE_CA
  if (typeof ca === 'string' && !existsSync(ca)) problems.push(`SANDLOT_PACKAGE_CA: there is no file ${ca}.`)
  if (problems.length > 0) throw refusal(problems)
  return values as Settings
}

function limitsOf(values: Settings): Config['limits'] {
  return {
    memoryBytes: scaled(values.SANDLOT_MEMORY_MB, 1024 * 1024),
    cpus: values.SANDLOT_CPUS,
    processes: values.SANDLOT_PROCESSES,
    diskBytes: scaled(values.SANDLOT_DISK_MB, 1024 * 1024),
    openFiles: values.SANDLOT_OPEN_FILES,
  }
}

function packagesOf(values: Settings): Config['packages'] {
  return {
    registry: values.SANDLOT_PACKAGE_REGISTRY,
    index: values.SANDLOT_PACKAGE_INDEX,
    proxy: values.SANDLOT_PACKAGE_PROXY,
    ca: values.SANDLOT_PACKAGE_CA,
    addresses: values.SANDLOT_PACKAGE_ADDRESSES,
  }
}

function scaled(value: number | null, factor: number): number | null {
  return value === null ? null : value * factor
}

function defaultDataDir(env: Record<string, string | undefined>): string {
  if (process.getuid?.() === 0) return '/var/lib/sandlot'
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'sandlot')
}

/** A misspelt setting would otherwise be a limit that silently does not hold. */
function unknownSettings(env: Record<string, string | undefined>): string[] {
  const known = Object.keys(settings)
  return Object.keys(env)
    .filter((name) => name.startsWith('SANDLOT_') && !known.includes(name))
    .map((name) => `${name}: there is no such setting. Did you mean ${nearest(name, known)}?`)
}

function refusal(problems: string[]): SandboxError {
  return new SandboxError('bad_request', `Sandlot was not started.\n${problems.join('\n')}`)
}

function nearest(name: string, known: string[]): string {
  const [best = ''] = [...known].sort((a, b) => editDistance(name, a) - editDistance(name, b))
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

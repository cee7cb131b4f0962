import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configOf, helpText, readStart } from './config'
import { parseEnvFile } from './env-file'
import { settings } from './settings'

function refusalOf(env: Record<string, string>): string {
  try {
    configOf(env)
  } catch (error) {
    return (error as Error).message
  }
  return 'not refused'
}

describe('settings', () => {
  it('have defaults that are themselves accepted', () => {
    expect(configOf({ SANDLOT_DATA_DIR: '/data' })).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      url: null,
      sandboxDomain: null,
      dataDir: '/data',
      databaseUrl: '/data/sandlot.db',
      limits: { memoryBytes: 2048 * 1024 * 1024, cpus: 2, processes: 512, diskBytes: 4096 * 1024 * 1024 },
      egress: 'all',
      timeoutMs: 24 * 3600_000,
      warmSandboxes: 2,
      quota: { sandboxes: 200, memoryBytes: 409_600 * 1024 * 1024, diskBytes: 819_200 * 1024 * 1024 },
      packages: { registry: null, addresses: [] },
    })
  })

  it('that are empty count as not set', () => {
    expect(configOf({ PORT: '', SANDLOT_URL: ' ' }).port).toBe(3000)
  })

  it('of 0 are no limit', () => {
    const config = configOf({ SANDLOT_MEMORY_MB: '0', SANDLOT_CPUS: '0', SANDLOT_TIMEOUT_MINUTES: '0' })
    expect(config.limits.memoryBytes).toBeNull()
    expect(config.limits.cpus).toBeNull()
    expect(config.timeoutMs).toBeNull()
  })

  it('name registries and private addresses for packages', () => {
    const config = configOf({
      SANDLOT_PACKAGE_REGISTRY: 'http://10.0.0.7:4873/',
      SANDLOT_PACKAGE_ADDRESSES: '10.0.0.7, 10.1.0.0/16',
    })
    expect(config.packages).toMatchObject({
      registry: 'http://10.0.0.7:4873/',
      addresses: ['10.0.0.7', '10.1.0.0/16'],
    })
  })
})

describe('a bad setting is refused with its name and a remedy', () => {
  const rows: [string, string, RegExp][] = [
    ['PORT', 'abc', /PORT must be a whole number/],
    ['PORT', '70000', /PORT must be from 0 to 65535/],
    ['PORT', '-1', /PORT must be/],
    ['PORT', '3000.5', /PORT must be/],
    ['HOST', 'http://x', /HOST must be an address/],
    ['SANDLOT_URL', 'localhost:3000', /SANDLOT_URL must be an address such as/],
    ['SANDLOT_URL', 'https://x.example/path', /without a path/],
    ['SANDLOT_URL', 'ftp://x.example', /SANDLOT_URL/],
    ['SANDLOT_SANDBOX_DOMAIN', 'https://x.example', /without a scheme/],
    ['SANDLOT_MEMORY_MB', '2GB', /or 0 for no limit/],
    ['SANDLOT_MEMORY_MB', '1', /from 64/],
    ['SANDLOT_CPUS', '0.01', /from 0\.1 to 1024/],
    ['SANDLOT_CPUS', '5000', /from 0\.1 to 1024/],
    ['SANDLOT_CPUS', 'two', /a number of cores/],
    ['SANDLOT_PROCESSES', '8', /from 16/],
    ['SANDLOT_DISK_MB', '10GB', /or 0 for no limit/],
    ['SANDLOT_OPEN_FILES', '-5', /from 64/],
    ['SANDLOT_TIMEOUT_MINUTES', '1.5', /from 1 to 525600, or 0/],
    ['SANDLOT_WARM_SANDBOXES', '65', /from 0 to 64/],
    ['SANDLOT_MAX_SANDBOXES', 'all', /or 0 for no limit/],
    ['SANDLOT_OWNER_MEMORY_MB', '1', /from 64/],
    ['SANDLOT_OWNER_DISK_MB', '1e6', /from 16/],
    ['EMAIL_SERVER', 'mail.example.com', /such as smtp:/],
    ['EMAIL_FROM', 'Sandlot', /such as Sandlot </],
    ['SANDLOT_PACKAGE_INDEX', 'index.example', /an http or https address/],
    ['SANDLOT_PACKAGE_PROXY', 'socks5://x.example', /an http or https address/],
    ['SANDLOT_EGRESS', 'some', /must be none or all/],
    ['SANDLOT_PACKAGE_REGISTRY', 'https://me:secret@x.example/', /without a user name/],
    ['SANDLOT_PACKAGE_ADDRESSES', '10.0.0.0/99', /IP addresses or ranges/],
    ['SANDLOT_PACKAGE_ADDRESSES', '10.0.0.7,fd00::/8', /IPv4 only: sandboxes have no IPv6/],
    ['SANDLOT_PACKAGE_CA', '/no/such/file.pem', /there is no file/],
    ['LOG_LEVEL', 'loud', /LOG_LEVEL/],
    ['NEXTAUTH_SECRET', 'short', /32 characters/],
    ['SANDLOT_MEMORY', '1024', /Did you mean SANDLOT_MEMORY_MB\?/],
    ['SANDLOT_DATADIR', '/x', /Did you mean SANDLOT_DATA_DIR\?/],
  ]
  it.each(rows)('%s=%s', (name, value, message) => {
    expect(refusalOf({ [name]: value })).toMatch(message)
  })

  it('whichever it is, but for the two that are tried by opening what they name', () => {
    const tried = new Set(rows.map(([name]) => name))
    expect(Object.keys(settings).filter((name) => !tried.has(name))).toEqual([
      'SANDLOT_DATA_DIR',
      'DATABASE_URL',
    ])
  })

  it('and all of them at once', () => {
    const message = refusalOf({ PORT: 'x', SANDLOT_EGRESS: 'y' })
    expect(message).toMatch(/PORT/)
    expect(message).toMatch(/SANDLOT_EGRESS/)
  })

  it('without repeating a secret', () => {
    expect(refusalOf({ NEXTAUTH_SECRET: 'hunter2' })).not.toMatch(/hunter2/)
  })
})

describe('the command line', () => {
  const root = mkdtempSync(join(tmpdir(), 'sandlot-config-'))
  writeFileSync(join(root, '.env'), 'HOST=::1\nPORT=4100\n')

  function run(...args: string[]) {
    const start = readStart(root, args)
    if (start.kind !== 'run') throw new Error('help')
    return start.config
  }

  it('goes before .env', () => {
    expect(run('--port', '4200')).toMatchObject({ port: 4200, host: '::1', isDev: false })
    expect(run('--port=4300', '--dev')).toMatchObject({ port: 4300, isDev: true })
  })

  it('explains itself, with every setting', () => {
    const start = readStart(root, ['--help'])
    expect(start).toEqual({ kind: 'help', text: helpText() })
    for (const name of Object.keys(settings)) expect(helpText()).toContain(name)
  })

  it('refuses what it does not know', () => {
    expect(() => run('--prot', '1')).toThrow(/--prot: there is no such option/)
    expect(() => run('--port')).toThrow(/--port needs a value/)
  })
})

describe('.env', () => {
  it('is read with quotes, comments and export', () => {
    const text = [
      '# a comment',
      'A=1',
      'export B = two words # and a comment',
      "C='single # not a comment'",
      'D="line\\nbreak \\"quoted\\"" # comment',
      'E=',
      'F=https://x.example/#part',
      '   ',
      'G=last',
    ].join('\r\n')
    expect(parseEnvFile(text)).toEqual({
      A: '1',
      B: 'two words',
      C: 'single # not a comment',
      D: 'line\nbreak "quoted"',
      E: '',
      F: 'https://x.example/#part',
      G: 'last',
    })
  })

  it.each([
    ['A=1\nnot a setting\nB=2', 2],
    ['# fine\r\n\r\nA=1\r\n2B=3', 4],
    ['A="never closed\nB=2\n', 1],
    ["A=1\nB='never closed", 2],
    ['A="closed" and more', 1],
    ['SECRET: hunter2', 1],
    ['=value', 1],
  ])('of %j is refused with the number of its line, and without the line', (text, line) => {
    expect(() => parseEnvFile(text, '/x/.env')).toThrow(`/x/.env, line ${line}: must be NAME=value`)
    expect(() => parseEnvFile(text)).not.toThrow(/hunter2/)
  })

  it('may have quoted values of several lines', () => {
    expect(parseEnvFile('A="one\ntwo"\nB=3')).toEqual({ A: 'one\ntwo', B: '3' })
    expect(parseEnvFile('')).toEqual({})
  })
})

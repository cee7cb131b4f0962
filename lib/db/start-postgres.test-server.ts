import { execFile, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'

const run = promisify(execFile)
const START_LIMIT_MS = 30_000
const PAUSE_MS = 50

/**
 * A PostgreSQL of its own for a test: Debian's, on a Unix socket in a temporary directory, reachable by nobody else. It refuses
 * to run as root, so there it runs as the user of Debian's package.
 */
export async function startPostgres() {
  const directory = mkdtempSync(join(tmpdir(), 'sandlot-pg-'))
  const asRoot = process.getuid?.() === 0
  if (asRoot) await run('chown', ['postgres', directory])
  chmodSync(directory, 0o700)
  const data = join(directory, 'data')
  const command = (name: string, args: string[]): [string, string[]] => {
    const path = join(binaries(), name)
    return asRoot
      ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', path, ...args]]
      : [path, args]
  }
  await run(...command('initdb', ['-D', data, '-U', 'sandlot', '-A', 'trust', '-E', 'UTF8', '--no-sync']))
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${directory}`,
    'fsync=off',
    'max_connections=200',
  ]
  const [file, args] = command('postgres', ['-D', data, ...settings.flatMap((setting) => ['-c', setting])])
  const server = spawn(file, args, { stdio: 'ignore' })
  const ended = new Promise((resolve) => server.once('exit', resolve))
  const urlOf = (database: string) => `postgres://sandlot@/${database}?host=${encodeURIComponent(directory)}`
  await answers(urlOf('postgres'))

  let count = 0
  return {
    url: urlOf('postgres'),
    async freshUrl() {
      const name = `fresh_${count++}`
      await query(urlOf('postgres'), `create database ${name}`)
      return urlOf(name)
    },
    async stop() {
      // SIGINT is PostgreSQL's fast shutdown.
      server.kill('SIGINT')
      await ended
      rmSync(directory, { recursive: true })
    },
  }
}

/** Debian keeps each major version apart; the newest will do. */
function binaries(): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  if (versions[0] === undefined)
    throw new Error('The contract tests need PostgreSQL. On Debian: apt-get install postgresql')
  return join(root, versions[0], 'bin')
}

async function answers(url: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS
  for (;;) {
    try {
      return await query(url, 'select 1')
    } catch (error) {
      if (Date.now() > deadline) throw error
      await pause(PAUSE_MS)
    }
  }
}

async function query(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url })
  try {
    await client.connect()
    await client.query(text)
  } finally {
    await client.end()
  }
}

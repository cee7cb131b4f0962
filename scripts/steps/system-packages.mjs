import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { say, step } from './progress.mjs'
import { rightToAdminister } from './right-to-administer.mjs'
import { runCommand } from './run-command.mjs'
import { readStamp, writeStamp } from './stamps.mjs'
import { StepError } from './step-error.mjs'

/**
 * Debian packages: how to see that one is there, and what lacks without it. Looking for files takes a millisecond, where asking
 * dpkg takes thirty.
 */
const RUNTIME = [
  { name: 'bubblewrap', isThere: () => onPath('bwrap'), lack: 'no sandbox can start' },
  { name: 'slirp4netns', isThere: () => onPath('slirp4netns'), lack: 'sandboxes have no network' },
  { name: 'iproute2', isThere: () => onPath('ip'), lack: 'sandboxes have no network' },
  { name: 'git', isThere: () => onPath('git'), lack: 'no git in sandboxes' },
  { name: 'curl', isThere: () => onPath('curl'), lack: 'no curl in sandboxes' },
  { name: 'wget', isThere: () => onPath('wget'), lack: 'no wget in sandboxes' },
  { name: 'jq', isThere: () => onPath('jq'), lack: 'no jq in sandboxes' },
  { name: 'zip', isThere: () => onPath('zip'), lack: 'no zip in sandboxes' },
  { name: 'unzip', isThere: () => onPath('unzip'), lack: 'no unzip in sandboxes' },
  { name: 'file', isThere: () => onPath('file'), lack: 'no file in sandboxes' },
  { name: 'procps', isThere: () => onPath('ps'), lack: 'no ps, top or kill in sandboxes' },
  { name: 'ripgrep', isThere: () => onPath('rg'), lack: 'no ripgrep in sandboxes' },
  { name: 'python3', isThere: () => onPath('python3'), lack: 'no Python in sandboxes' },
  { name: 'python3-venv', isThere: hasVenv, lack: 'no virtual environments for Python in sandboxes' },
  { name: 'python3-pip', isThere: () => onPath('pip3'), lack: 'no pip in sandboxes' },
]
/** What the tests drive besides. */
const TESTING = [
  { name: 'chromium', isThere: () => chromiumPath() !== null, lack: 'the browser tests cannot run' },
  {
    name: 'postgresql',
    isThere: () => existsSync('/usr/lib/postgresql'),
    lack: 'the PostgreSQL tests cannot run',
  },
]
/** Nothing works without these: the start ends here. */
const NEEDED = new Set(['bubblewrap', 'chromium', 'postgresql'])
const STAMP = 'system-packages-refused'
/** A mirror that cannot be reached, or a lock held by an automatic update, must not hold the start for ever. */
const APT_TIMEOUT_MS = 10 * 60_000

export function chromiumPath() {
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  return names.map(findOnPath).find((path) => path !== null) ?? null
}

/** `mayLack`: what nothing works without is named, and the rest goes on. */
export async function ensureSystemPackages({ testing = false, mayLack = false } = {}) {
  const missing = () => [...RUNTIME, ...(testing ? TESTING : [])].filter(({ isThere }) => !isThere())
  const before = missing()
  if (before.length === 0) return
  await install(before.map(({ name }) => name))
  report(missing(), mayLack)
}

async function install(names) {
  const prefix = onPath('apt-get') ? rightToAdminister() : null
  // Refused once is refused until the list changes: a start must not wait for the same failure every time.
  if (prefix === null || readStamp(STAMP) === names.join(' ')) return
  try {
    await step(`Installing system packages (${names.join(', ')})`, () => aptInstall(prefix, names))
  } catch (error) {
    say(error.message)
    await installOneByOne(prefix, names)
    writeStamp(STAMP, names.join(' '))
  }
}

/** A name that this system does not know makes apt refuse all of them. */
async function installOneByOne(prefix, names) {
  for (const name of names) {
    await step(`Installing ${name} alone`, () => apt(prefix, installArgs([name]))).catch(() =>
      say(`${name} could not be installed.`),
    )
  }
}

async function aptInstall(prefix, names) {
  try {
    await apt(prefix, installArgs(names))
  } catch {
    // The package lists are missing or older than the mirror.
    await apt(prefix, ['update'])
    await apt(prefix, installArgs(names))
  }
}

function installArgs(names) {
  return ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', ...names]
}

function apt(prefix, args) {
  const [command, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', ...args]
  return runCommand('apt-get', command, rest, { timeoutMs: APT_TIMEOUT_MS })
}

function report(missing, mayLack) {
  if (missing.length === 0) return
  const lines = [
    'Some system packages are missing:',
    ...missing.map(({ name, lack }) => `  ${name}: without it ${lack}.`),
    onPath('apt-get')
      ? `Install them with:\n\n  sudo apt-get update && sudo apt-get install -y ${missing.map(({ name }) => name).join(' ')}\n`
      : 'Install them with the package manager of this system; the names above are those of Debian and Ubuntu.',
  ]
  if (!mayLack && missing.some(({ name }) => NEEDED.has(name))) throw new StepError(lines.join('\n'))
  say(lines.join('\n'))
}

function onPath(name) {
  return findOnPath(name) !== null
}

function findOnPath(name) {
  // Of the host, a sandbox sees only these: what a version manager keeps in a home does not count.
  const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function hasVenv() {
  const versions = existsSync('/usr/lib')
    ? readdirSync('/usr/lib').filter((name) => /^python3\.\d+$/.test(name))
    : []
  return versions.some((name) => existsSync(`/usr/lib/${name}/ensurepip/__init__.py`))
}

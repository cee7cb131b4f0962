import { accessSync, constants, existsSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Check } from '../provider'
import { output } from './tools'

/** Programs that every sandbox should have, with the Debian package of each. */
const TOOLS: Record<string, string> = {
  git: 'git',
  curl: 'curl',
  wget: 'wget',
  jq: 'jq',
  zip: 'zip',
  unzip: 'unzip',
  file: 'file',
  ps: 'procps',
  pip3: 'python3-pip',
}

/** Languages that people expect: how the version is asked for, and how one gets it. */
const RUNTIMES: Record<string, { program: string; args: string[]; remedy: string }> = {
  python: { program: 'python3', args: ['--version'], remedy: 'sudo apt install python3' },
  go: { program: 'go', args: ['version'], remedy: 'sudo apt install golang' },
  ruby: { program: 'ruby', args: ['--version'], remedy: 'sudo apt install ruby' },
  rust: { program: 'rustc', args: ['--version'], remedy: 'sudo apt install rustc cargo' },
  elixir: { program: 'elixir', args: ['--short-version'], remedy: 'sudo apt install elixir' },
  java: { program: 'java', args: ['-version'], remedy: 'sudo apt install default-jdk-headless' },
  bun: { program: 'bun', args: ['--version'], remedy: 'sudo npm install --global --prefix /usr/local bun' },
  deno: {
    program: 'deno',
    args: ['--version'],
    remedy: 'sudo npm install --global --prefix /usr/local deno',
  },
}

/** What sandboxes see of the host's programs. */
const VISIBLE_DIRS = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin']

export function toolChecks(): Check[] {
  const missing = Object.entries(TOOLS).filter(([program]) => visibleProgram(program) === null)
  const hasVenv = output('/usr/bin/python3', ['-c', 'import venv, ensurepip']) !== null
  const packages = [...missing.map(([, name]) => name), ...(hasVenv ? [] : ['python3-venv'])]
  const name = 'tools'
  if (packages.length === 0)
    return [{ name, status: 'ok', detail: `Sandboxes have ${Object.keys(TOOLS).join(', ')}, rg and venv.` }]
  return [
    {
      name,
      status: 'degraded',
      detail: `Sandboxes lack what comes with ${packages.join(', ')}.`,
      remedy: `sudo apt install ${packages.join(' ')}`,
    },
  ]
}

/** What is in /templates, and whether there are packages that an overlay can link. */
export function templateCheck(folder: string | undefined): Check {
  const name = 'templates'
  const found = folder === undefined || !existsSync(folder) ? [] : readdirSync(folder).sort()
  const remedy = 'npm run setup, with a connection to the npm registry'
  if (folder === undefined || found.length === 0)
    return { name, status: 'degraded', detail: 'Sandboxes have nothing in /templates.', remedy }
  const withPackages = found.filter((each) => existsSync(join(folder, each, 'node_modules')))
  const detail = `Sandboxes have /templates/{${found.join(',')}}`
  if (withPackages.length === 0)
    return { name, status: 'degraded', detail: `${detail}, none with its packages installed.`, remedy }
  return { name, status: 'ok', detail: `${detail}; ${withPackages.join(', ')} with its packages installed.` }
}

export function runtimeChecks(): Check[] {
  const node: Check = {
    name: 'runtime: node',
    status: 'ok',
    detail: `Sandboxes have Node ${process.version} with npm.`,
  }
  const others = Object.entries(RUNTIMES).map(([name, runtime]) => runtimeCheck(`runtime: ${name}`, runtime))
  return [node, ...others]
}

function runtimeCheck(name: string, { program, args, remedy }: (typeof RUNTIMES)[string]): Check {
  const path = visibleProgram(program)
  const said = path === null ? null : output(path, args)
  const version = said
    ?.split('\n')
    .find((line) => /\d+\.\d+/.test(line))
    ?.trim()
  if (path !== null && version !== undefined)
    return { name, status: 'ok', detail: `Sandboxes have ${version}.` }
  return { name, status: 'degraded', detail: `Sandboxes have no ${program}.`, remedy }
}

/** A link that leads out of /usr leads nowhere inside. */
function visibleProgram(name: string): string | null {
  return VISIBLE_DIRS.map((dir) => join(dir, name)).find(isVisible) ?? null
}

function isVisible(path: string): boolean {
  if (!existsSync(path)) return false
  try {
    accessSync(path, constants.X_OK)
    const target = realpathSync(path)
    return /^\/(usr|bin|sbin|etc\/alternatives)\//.test(target)
  } catch {
    return false
  }
}

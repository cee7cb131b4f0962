import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Where Sandlot's own tools are inside; read-only. */
export const TOOLS_DIR = '/opt/sandlot'
export const AGENT_PATH = `${TOOLS_DIR}/agent`

/**
 * Fills `target`, which is /opt inside, with the agent, ripgrep, what stands in for the package manager of the system, and
 * the Node that runs Sandlot where it is not in /usr already (version managers keep it in a home).
 */
export function writeToolchain(target: string, agentPath: string, ripgrepPath?: string): void {
  const tools = join(target, 'sandlot')
  const bin = join(tools, 'bin')
  mkdirSync(bin, { recursive: true, mode: 0o755 })
  copyFileSync(agentPath, join(tools, 'agent'))
  // Executable but not readable: the kernel then lets nobody trace the agent or look into its memory, descriptors and
  // environment, though the code beside it has the same user.
  chmodSync(join(tools, 'agent'), 0o111)
  copyFileSync(ripgrepPath ?? installedRipgrep(), join(bin, 'rg'))
  chmodSync(join(bin, 'rg'), 0o755)
  for (const name of ['apt', 'apt-get', 'sudo']) {
    writeFileSync(join(bin, name), name === 'sudo' ? NO_SUDO : NO_APT, { mode: 0o755 })
  }
  if (!isNodeInSystem()) copyNode(join(tools, 'node'))
}

/** Directories of programs inside, first come first. */
export function searchPath(): string[] {
  return [
    '/home/user/.local/bin',
    '/home/user/.npm-global/bin',
    ...(isNodeInSystem() ? [] : [`${TOOLS_DIR}/node/bin`]),
    `${TOOLS_DIR}/bin`,
    '/usr/local/bin',
    '/usr/bin',
    '/bin',
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
  ]
}

/** Where the package's own module says, which is ESM: before Node 20.19 that cannot be required, only found. */
function installedRipgrep(): string {
  const ripgrep = createRequire(import.meta.url).resolve('@vscode/ripgrep')
  return createRequire(ripgrep).resolve(`@vscode/ripgrep-${process.platform}-${process.arch}/bin/rg`)
}

function isNodeInSystem(): boolean {
  return realpathSync(process.execPath).startsWith('/usr/')
}

function copyNode(target: string): void {
  const prefix = dirname(dirname(realpathSync(process.execPath)))
  mkdirSync(join(target, 'bin'), { recursive: true, mode: 0o755 })
  copyFileSync(process.execPath, join(target, 'bin/node'))
  chmodSync(join(target, 'bin/node'), 0o755)
  const npm = join(prefix, 'lib/node_modules/npm')
  if (!existsSync(npm)) return
  cpSync(npm, join(target, 'lib/node_modules/npm'), { recursive: true, dereference: true })
  for (const name of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(target, 'bin', name))
  }
}

const NO_APT = `#!/bin/sh
echo "apt is not available in this sandbox: the system is read-only and shared with the machine beneath." >&2
echo "Use npm, pip, or download a program into ~/.local/bin. Whoever runs Sandlot can install it on the machine; it then" >&2
echo "appears here at once." >&2
exit 100
`

const NO_SUDO = `#!/bin/sh
echo "sudo is not available in this sandbox: there is no other user here, and none that could change the system." >&2
exit 1
`

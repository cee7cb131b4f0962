import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { seccompArchitecture, seccompProgram } from './seccomp'
import { allProcessArguments } from './strays'
import { writeSystemSettings } from './system-settings'
import { copyReadable } from './template-folder'
import { writeToolchain } from './toolchain'

/** What all sandboxes share, read-only. */
export interface Runtime {
  /** /opt inside. */
  tools: string
  /** /etc inside. */
  settings: string
  seccomp: string
  /** /templates inside, where there is any. */
  templates: string | null
}

export interface RuntimeInputs {
  agentPath: string
  ripgrepPath: string | undefined
  nameserver: string
  certificateFile: string | null
  /** A folder of starter projects, which may be missing. */
  templatesPath: string | undefined
}

/**
 * Prepares it in `runtimeDir`. Each part is named for what it was made of, so that running sandboxes keep the one they
 * started with when Sandlot, its Node or the host's settings change; what none of them uses any more is removed.
 */
export function prepareRuntime(runtimeDir: string, inputs: RuntimeInputs): Runtime {
  mkdirSync(runtimeDir, { recursive: true, mode: 0o711 })
  const filter = seccompProgram(seccompArchitecture())
  const runtime = {
    tools: toolsPart(runtimeDir, inputs),
    settings: makePart(runtimeDir, 'etc', contentHash, (target) =>
      writeSystemSettings(target, inputs.nameserver, inputs.certificateFile),
    ),
    seccomp: makePart(runtimeDir, 'seccomp', contentHash, (target) =>
      writeFileSync(join(target, 'filter.bpf'), filter, { mode: 0o644 }),
    ),
    templates: templatesPart(runtimeDir, inputs.templatesPath),
  }
  removeUnused(
    runtimeDir,
    Object.values(runtime).filter((part) => part !== null),
  )
  return { ...runtime, seccomp: join(runtime.seccomp, 'filter.bpf') }
}

/** A hundred megabytes: told apart by what is known without reading them. */
function toolsPart(runtimeDir: string, { agentPath, ripgrepPath }: RuntimeInputs): string {
  const { size, mtimeMs } = statSync(agentPath)
  const hash = hashOf([size, mtimeMs, process.execPath, process.version])
  const target = join(runtimeDir, `tools-${hash}`)
  if (existsSync(target)) return target
  return makePart(
    runtimeDir,
    'tools',
    () => hash,
    (making) => writeToolchain(making, agentPath, ripgrepPath),
  )
}

/** It is replaced whole when it changes: told apart by that. */
function templatesPart(runtimeDir: string, templatesPath: string | undefined): string | null {
  const stat = templatesPath === undefined ? undefined : statSync(templatesPath, { throwIfNoEntry: false })
  if (templatesPath === undefined || stat === undefined) return null
  const hash = hashOf([stat.ino, stat.mtimeMs])
  const target = join(runtimeDir, `templates-${hash}`)
  if (existsSync(target)) return target
  return makePart(
    runtimeDir,
    'templates',
    () => hash,
    (making) => copyReadable(templatesPath, making),
  )
}

function makePart(
  runtimeDir: string,
  name: string,
  hashOfPart: (dir: string) => string,
  make: (target: string) => void,
): string {
  const making = mkdtempSync(join(runtimeDir, `.${name}-`))
  try {
    make(making)
    const target = join(runtimeDir, `${name}-${hashOfPart(making)}`)
    if (!existsSync(target)) finish(making, target)
    return target
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}

function finish(making: string, target: string): void {
  // mkdtemp makes 0700; sandboxes' users must pass.
  chmodSync(making, 0o755)
  try {
    renameSync(making, target)
  } catch (error) {
    // Another start was quicker; theirs is as good.
    if (!existsSync(target)) throw error
  }
}

function contentHash(dir: string): string {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort()
  return hashOf(names.map((name) => [name, contentOf(join(dir, name))]))
}

function contentOf(path: string): string {
  const stat = lstatSync(path)
  if (stat.isSymbolicLink()) return readlinkSync(path)
  return stat.isFile() ? readFileSync(path, 'base64') : ''
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)
}

/** Parts that a running sandbox has are among the arguments of its launcher. */
function removeUnused(runtimeDir: string, current: string[]): void {
  const used = new Set([...current, ...allProcessArguments()])
  for (const name of readdirSync(runtimeDir)) {
    const path = join(runtimeDir, name)
    if (!name.startsWith('.') && !used.has(path)) rmSync(path, { recursive: true, force: true })
  }
}

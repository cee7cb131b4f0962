import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { seccompArchitecture, seccompProgram } from './seccomp'
import { writeSystemSettings } from './system-settings'
import { writeToolchain } from './toolchain'

/** What all sandboxes share, read-only. */
export interface Runtime {
  /** /opt inside. */
  tools: string
  /** /etc inside. */
  settings: string
  seccomp: string
}

export interface RuntimeInputs {
  agentPath: string
  ripgrepPath: string | undefined
  nameserver: string
  certificateFile: string | null
}

/**
 * Prepares it in `runtimeDir`. Each part is named for what it was made of, so that running sandboxes keep the one they
 * started with when Sandlot, its Node or the host's settings change.
 */
export function prepareRuntime(runtimeDir: string, inputs: RuntimeInputs): Runtime {
  mkdirSync(runtimeDir, { recursive: true, mode: 0o711 })
  const architecture = seccompArchitecture()
  const agent = statSync(inputs.agentPath)
  const certificates = inputs.certificateFile === null ? null : statSync(inputs.certificateFile).mtimeMs
  return {
    tools: part(
      runtimeDir,
      'tools',
      [agent.size, agent.mtimeMs, process.execPath, process.version],
      (target) => writeToolchain(target, inputs.agentPath, inputs.ripgrepPath),
    ),
    // Made anew at each start: the host's certificates and clock may have changed in any of a hundred files.
    settings: part(runtimeDir, 'etc', [process.pid, Date.now(), certificates], (target) =>
      writeSystemSettings(target, inputs.nameserver, inputs.certificateFile),
    ),
    seccomp: join(
      part(runtimeDir, 'seccomp', [seccompProgram(architecture).toString('base64')], (target) =>
        writeFileSync(join(target, 'filter.bpf'), seccompProgram(architecture), { mode: 0o644 }),
      ),
      'filter.bpf',
    ),
  }
}

function part(runtimeDir: string, name: string, key: unknown[], make: (target: string) => void): string {
  const hash = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 12)
  const target = join(runtimeDir, `${name}-${hash}`)
  if (existsSync(target)) return target
  const making = mkdtempSync(join(runtimeDir, `.${name}-`))
  try {
    make(making)
    finish(making, target)
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
  return target
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

import type { SandboxLimits } from '../provider'
import type { SandboxPlaces } from './places'
import type { Runtime } from './runtime'
import { systemMounts } from './system-mounts'
import { TEMPLATES_DIR } from './template-folder'
import { AGENT_PATH, TOOLS_DIR } from './toolchain'

/** The user inside, whatever user it is outside. */
const INSIDE_ID = '1000'
/** Of shared memory where there is no limit to take a share of. */
const DEFAULT_SHARED_MEMORY_BYTES = 256 * 1024 * 1024
const RUN_BYTES = 16 * 1024 * 1024
/** The agent finds its socket's directory here. */
const SOCKET_PATH = '/run/sandlot/agent.sock'
export const INFO_FD = 3
const SECCOMP_FD = 5

export interface ArgumentInputs {
  places: SandboxPlaces
  runtime: Runtime
  limits: SandboxLimits
  environment: Record<string, string>
  /** By RLIMIT_NPROC; `null` where a control group counts them. */
  processLimit: number | null
  hasOuterNetwork: boolean
  canDisableUserNamespaces: boolean
  hasRoomForTemplates: boolean
}

/**
 * The arguments of bubblewrap. Every mount lies at the top or in another of ours: directories that the sandbox owns could
 * be swapped for links between two starts, and bubblewrap makes missing mount points through links.
 */
export function bubblewrapArguments(inputs: ArgumentInputs): string[] {
  return [
    ...namespaces(inputs),
    ...mounts(inputs),
    '--clearenv',
    ...Object.entries(inputs.environment).flatMap(([name, value]) => ['--setenv', name, value]),
    // Not a directory of the sandbox: the agent's runtime reads settings from where it starts.
    '--chdir',
    TOOLS_DIR,
    '--seccomp',
    String(SECCOMP_FD),
    '--info-fd',
    String(INFO_FD),
    '--',
    // Set in the innermost user namespace, where it counts this sandbox alone. Outside it would count all that its user has.
    ...(inputs.processLimit === null ? [] : ['/usr/bin/prlimit', `--nproc=${inputs.processLimit}`]),
    AGENT_PATH,
    '--socket',
    SOCKET_PATH,
  ]
}

function namespaces({ hasOuterNetwork, canDisableUserNamespaces }: ArgumentInputs): string[] {
  return [
    '--unshare-user',
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    '--unshare-cgroup-try',
    ...(hasOuterNetwork ? [] : ['--unshare-net']),
    ...(canDisableUserNamespaces ? ['--disable-userns'] : []),
    '--uid',
    INSIDE_ID,
    '--gid',
    INSIDE_ID,
    '--hostname',
    'sandbox',
    '--new-session',
    '--as-pid-1',
    '--cap-drop',
    'ALL',
  ]
}

function mounts({ places, runtime, limits, hasRoomForTemplates }: ArgumentInputs): string[] {
  const sharedMemory =
    limits.memoryBytes === null ? DEFAULT_SHARED_MEMORY_BYTES : Math.floor(limits.memoryBytes / 2)
  return [
    ...['--bind', places.root, '/'],
    ...systemMounts().flatMap(({ from, to }) => ['--ro-bind', from, to]),
    ...['--ro-bind', runtime.settings, '/etc'],
    ...['--ro-bind', runtime.tools, '/opt'],
    ...(runtime.templates !== null && hasRoomForTemplates
      ? ['--ro-bind', runtime.templates, TEMPLATES_DIR]
      : []),
    ...['--proc', '/proc'],
    ...['--dev', '/dev'],
    ...['--size', String(sharedMemory), '--tmpfs', '/dev/shm'],
    // Else it is a file system in memory without a limit of size.
    ...['--remount-ro', '/dev'],
    ...['--size', String(RUN_BYTES), '--tmpfs', '/run'],
    ...['--bind', places.socketDir, '/run/sandlot'],
  ]
}

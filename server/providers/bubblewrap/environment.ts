import { SandboxError } from '@/lib/errors'
import { CERTIFICATES } from './system-settings'
import { searchPath } from './toolchain'

/** Where packages come from inside, where that is not the public registries. Never with credentials. */
export interface PackageSettings {
  /** For npm. */
  registry: string | null
  /** For pip. */
  index: string | null
  proxy: string | null
  /** A file of certificates on the host that sandboxes trust in addition. */
  ca: string | null
  /** Addresses or ranges that stay reachable though they lie in a refused range. */
  addresses: string[]
}

/**
 * For the runtime of the agent, which ends when it cannot start a thread, as in a sandbox at its limit of processes: without
 * these it has threads that come and go for compiling and for collecting garbage. The agent passes them on to nobody.
 */
const AGENT_RUNTIME = {
  BUN_JSC_useConcurrentJIT: '0',
  BUN_JSC_useConcurrentGC: '0',
  BUN_JSC_numberOfGCMarkers: '1',
  BUN_JSC_useWarmUpMarkedBlocks: '0',
  // What runs once, at the start, is not worth compiling, which took a third of the start's processor time. What runs
  // ten times as often as the runtime's own mark is, as before.
  BUN_JSC_thresholdForJITAfterWarmUp: '5000',
}

/** What the agent and all that it starts have in their environment. */
export function sandboxEnvironment(packages: PackageSettings): Record<string, string> {
  return {
    PATH: searchPath().join(':'),
    HOME: '/home/user',
    USER: 'user',
    LOGNAME: 'user',
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    NPM_CONFIG_PREFIX: '/home/user/.npm-global',
    NPM_CONFIG_UPDATE_NOTIFIER: 'false',
    PIP_BREAK_SYSTEM_PACKAGES: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    // Node and pip bring lists of their own; the host's may hold more, such as a company's authority.
    NODE_EXTRA_CA_CERTS: CERTIFICATES,
    PIP_CERT: CERTIFICATES,
    REQUESTS_CA_BUNDLE: CERTIFICATES,
    ...packageEnvironment(packages),
    ...AGENT_RUNTIME,
  }
}

export function refuseCredentials(packages: PackageSettings): void {
  for (const address of [packages.registry, packages.index, packages.proxy]) {
    if (address === null) continue
    const url = URL.canParse(address) ? new URL(address) : null
    if (url === null || url.username !== '' || url.password !== '')
      throw new SandboxError(
        'bad_request',
        'Package addresses reach every sandbox: each must be a URL without a user name or a password.',
      )
  }
}

function packageEnvironment({ registry, index, proxy }: PackageSettings): Record<string, string> {
  return {
    ...(registry === null ? {} : { NPM_CONFIG_REGISTRY: registry }),
    ...(index === null ? {} : { PIP_INDEX_URL: index }),
    ...(proxy === null
      ? {}
      : {
          HTTP_PROXY: proxy,
          HTTPS_PROXY: proxy,
          http_proxy: proxy,
          https_proxy: proxy,
          NO_PROXY: 'localhost,127.0.0.1,::1',
          no_proxy: 'localhost,127.0.0.1,::1',
        }),
  }
}

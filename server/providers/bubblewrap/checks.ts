import type { Check } from '../provider'
import type { Host } from './host'
import { networkLack } from './network-support'
import { runtimeChecks, templateCheck, toolChecks } from './program-checks'
import { findProgram, output } from './tools'

/** What this machine can enforce, then what its sandboxes offer. */
export async function checkHost(host: Host): Promise<Check[]> {
  return [
    bubblewrap(),
    namespaces(),
    userPerSandbox(host),
    nestedNamespaces(host),
    egress(),
    ...limits(host),
    disk(host),
    ...toolChecks(),
    templateCheck(host.templatesPath),
    ...runtimeChecks(),
  ]
}

function bubblewrap(): Check {
  const version = output('bwrap', ['--version'])?.trim()
  if (version) return { name: 'bubblewrap', status: 'ok', detail: `It is ${version}.` }
  return {
    name: 'bubblewrap',
    status: 'missing',
    detail: 'It is not installed; no sandbox can start.',
    remedy: 'sudo apt install bubblewrap',
  }
}

/** Tried really, as the unprivileged user that a sandbox is: settings that forbid it go by several names. */
function namespaces(): Check {
  const name = 'namespaces'
  const inside = ['bwrap', '--unshare-all', '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', 'true']
  const trial = ['unshare', '--user', '--map-root-user', '--net', '--', ...inside]
  const [program = '', ...args] =
    process.getuid?.() === 0
      ? ['setpriv', '--reuid=2000000', '--regid=2000000', '--clear-groups', ...trial]
      : trial
  if (output(program, args) !== null)
    return { name, status: 'ok', detail: 'Unprivileged users can make namespaces, nested ones too.' }
  return {
    name,
    status: 'missing',
    detail: 'Unprivileged users cannot make namespaces here, so no sandbox can start.',
    remedy:
      'sudo sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=28633 kernel.apparmor_restrict_unprivileged_userns=0 (those that exist); in a container, run it with --privileged',
  }
}

function userPerSandbox(host: Host): Check {
  const name = 'users'
  if (host.uids.isPerSandbox)
    return { name, status: 'ok', detail: 'Each sandbox is a host user of its own, without rights.' }
  return {
    name,
    status: 'degraded',
    detail: 'All sandboxes are your own user on the host; namespaces alone keep them apart.',
    remedy: 'Run Sandlot as root for a host user per sandbox.',
  }
}

function nestedNamespaces(host: Host): Check {
  const name = 'nested namespaces'
  if (host.canDisableUserns)
    return { name, status: 'ok', detail: 'Sandboxes cannot make further namespaces: forbidden twice.' }
  return {
    name,
    status: 'degraded',
    detail: 'Only the system call filter keeps sandboxes from making further namespaces.',
    remedy: 'Install bubblewrap 0.8 or later.',
  }
}

function egress(): Check {
  const name = 'egress'
  const lack = networkLack()
  if (lack === null)
    return {
      name,
      status: 'ok',
      detail:
        'slirp4netns connects sandboxes to the outside, and to nothing of this machine or its networks.',
    }
  const hasPasta = findProgram('slirp4netns') === null && findProgram('pasta') !== null
  return {
    name,
    status: 'degraded',
    detail: `Sandboxes have no network: ${lack.reason}${hasPasta ? ' Sandlot does not use pasta yet.' : ''}`,
    remedy: lack.remedy,
  }
}

function limits(host: Host): Check[] {
  const { description, unenforced } = host.cgroups
  const missing = Object.entries(unenforced)
  if (missing.length === 0) return [{ name: 'limits', status: 'ok', detail: description }]
  return missing.map(([limit, reason]) => ({
    name: `limits: ${limit}`,
    status: 'degraded',
    detail: limit === 'processes' ? `${reason} Processes are counted per user instead.` : reason,
    remedy:
      process.getuid?.() === 0
        ? 'Mount the cgroup file systems; in a container, run it with --privileged --cgroupns=host.'
        : 'systemd-run --user --scope -p Delegate=yes npm start, or run Sandlot as root.',
  }))
}

function disk(host: Host): Check {
  const how = host.cgroups.canFreeze ? 'frozen' : 'stopped'
  return {
    name: 'disk',
    status: 'ok',
    detail: `What sandboxes store is measured; what writes is ${how} at the limit, and while the host's disk is nearly full.`,
  }
}

import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { Launching } from './readiness'

export interface LaunchInputs {
  bubblewrapArguments: string[]
  seccompFile: string
  /** Files to which the launcher writes to put itself into a control group. */
  cgroupFiles: string[]
  /** The sandbox's host user, where it is another than ours. */
  uid: number | null
  limits: { openFiles: number | null; fileBytes: number | null }
  /** `null`: no network. */
  network: { cidr: string; routes: string } | null
}

/**
 * Run as whoever runs Sandlot: joins the control groups and sets what is inherited. Then one program takes the place of the
 * other in one process, since each new one costs a millisecond of the start.
 * Descriptors: 1 "ready", 2 errors, 3 bubblewrap's info, 4 the network's, 5 the filter, 6 the secret. It is not at 0, since Node
 * closes that when the launcher ends, which is before a sandbox made in advance is told its secret.
 */
const ENTER = `set -eu
for file in $SANDLOT_CGROUPS; do echo 0 > "$file"; done
ulimit -c 0
[ -z "$SANDLOT_OPEN_FILES" ] || ulimit -n "$SANDLOT_OPEN_FILES"
[ -z "$SANDLOT_FILE_BLOCKS" ] || ulimit -f "$SANDLOT_FILE_BLOCKS"
`

const WITHOUT_NETWORK = `${ENTER}
exec $SANDLOT_AS bwrap "$@" 0<&6 4>&- 6<&-
`

/**
 * The network namespace belongs to an outer user namespace, over which the sandbox's inner one has no rights: no code
 * inside can ever change its routes. slirp4netns joins from outside as the same unprivileged user, and ends when the
 * pipe does that the agent unknowingly keeps open. The pipe's first line tells it whose namespaces to join.
 */
const WITH_NETWORK = `${ENTER}
exec 7>&1
{
  exec 0<&6 6<&- 4>&-
  exec $SANDLOT_AS unshare --user --map-root-user --net -- /bin/sh -c "$SANDLOT_INSIDE" sh "$@"
} | {
  exec 6<&- 7>&- 3>&- 5<&- 2>/dev/null
  read -r pid
  read -r own rest < /proc/self/stat
  echo "$own" >&4
  exec >/dev/null $SANDLOT_AS slirp4netns --configure --mtu=65520 --cidr="$SANDLOT_CIDR" \\
    --disable-host-loopback --enable-sandbox --enable-seccomp --ready-fd=4 --exit-fd=0 "$pid" tap0
} &
`

/** No interface that is yet to come has IPv6: with it, the kernel would give tap0 routes to its link and to multicast. */
const INSIDE = `set -eu
[ ! -w /proc/sys/net/ipv6/conf/default/disable_ipv6 ] || echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
ip -batch - <<ROUTES
$SANDLOT_ROUTES
ROUTES
echo "$$"
exec 8>&1 1>&7 7>&-
exec bwrap "$@"
`

/** Programs of the host are looked for here, whatever the operator's PATH says. */
export const HOST_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
/** Of programs of the host. Nothing of ours means anything to them; Next's types want NODE_ENV. */
export const HOST_ENVIRONMENT = { PATH: HOST_PATH, NODE_ENV: 'production' } as const
/** In which shells that follow POSIX count the size of files. */
const FILE_BLOCK_BYTES = 512

export function launch(inputs: LaunchInputs): Launching {
  const script = inputs.network === null ? WITHOUT_NETWORK : WITH_NETWORK
  const seccomp = openSync(inputs.seccompFile, 'r')
  try {
    const child = spawn('/bin/sh', ['-c', script, 'sh', ...inputs.bubblewrapArguments], {
      // A session of its own: no signal to Sandlot's terminal reaches it.
      detached: true,
      cwd: '/',
      env: environmentOf(inputs),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', seccomp, 'pipe'],
    })
    return new Launching(child, inputs.network !== null)
  } finally {
    closeSync(seccomp)
  }
}

function environmentOf({ cgroupFiles, limits, network, uid }: LaunchInputs): NodeJS.ProcessEnv {
  const fileBlocks = limits.fileBytes === null ? '' : String(Math.ceil(limits.fileBytes / FILE_BLOCK_BYTES))
  return {
    ...HOST_ENVIRONMENT,
    SANDLOT_CGROUPS: cgroupFiles.join(' '),
    SANDLOT_OPEN_FILES: limits.openFiles === null ? '' : String(limits.openFiles),
    SANDLOT_FILE_BLOCKS: fileBlocks,
    SANDLOT_AS: asUser(uid),
    SANDLOT_CIDR: network?.cidr ?? '',
    SANDLOT_ROUTES: network?.routes ?? '',
    SANDLOT_INSIDE: INSIDE,
  }
}

/** What a command begins with that another host user is to run; nothing for our own. */
export function asUser(uid: number | null): string {
  if (uid === null) return ''
  return `setpriv --reuid=${uid} --regid=${uid} --clear-groups --inh-caps=-all --no-new-privs`
}

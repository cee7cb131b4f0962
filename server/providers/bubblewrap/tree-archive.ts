import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { SandboxError } from '@/lib/errors'
import { asUser, HOST_ENVIRONMENT } from './launch'
import { systemMounts } from './system-mounts'

export interface ArchiveJob {
  /** A sandbox's tree on the host; the program that copies sees it as /tree, and nothing else that is anybody's. */
  tree: string
  /** Descriptor of the open archive. */
  archive: number
  /** The host user to copy as; `null`: our own. */
  uid: number | null
  /** Of the largest file that may be written: the archive, or one of the tree. `null`: no limit. */
  maxFileBytes: number | null
  seccompFile: string
  canDisableUserNamespaces: boolean
  /** Its reason is what the copy fails with. */
  signal: AbortSignal
}

/** As GNU tar keeps them, names are bytes, and holes stay holes. Sockets and extended attributes are left out. */
const PACK = [
  ...['tar', '--create', '--format=gnu', '--sparse', '--hole-detection=seek', '--one-file-system'],
  ...['--numeric-owner', '--warning=none', '.'],
]
const UNPACK = [
  ...['tar', '--extract', '--preserve-permissions', '--no-same-owner', '--numeric-owner'],
  ...['--delay-directory-restore', '--warning=none'],
]
/** GNU tar: files changed while they were read. */
const CHANGED = 1
/** A shell's and bubblewrap's word for a child that SIGXFSZ ended. */
const FILE_TOO_LARGE = 128 + 25

/** Sockets, and names that went while it read, are no failure. Throws `too_large` where the archive would be larger than told. */
export async function packTree(job: ArchiveJob): Promise<void> {
  const stdio = ['ignore', job.archive, 'pipe'] as const
  // Directories that nobody may enter are read as well.
  const { code, said } = await run(job, ['--cap-add', 'CAP_DAC_READ_SEARCH', '--ro-bind'], PACK, stdio)
  if (code === FILE_TOO_LARGE)
    throw new SandboxError('too_large', 'The files of the sandbox take more room than a snapshot of it may.')
  if (code !== 0 && code !== CHANGED) throw failure('The files could not be packed.', code, said)
}

/** Into an empty tree. */
export async function unpackTree(job: ArchiveJob): Promise<void> {
  const stdio = [job.archive, 'ignore', 'pipe'] as const
  const { code, said } = await run(job, ['--cap-add', 'CAP_DAC_OVERRIDE', '--bind'], UNPACK, stdio)
  if (code === FILE_TOO_LARGE)
    throw new SandboxError('too_large', 'The snapshot has a file larger than the disk of the sandbox.')
  if (code !== 0) throw failure('The files of the snapshot could not be unpacked.', code, said)
}

/**
 * The tree is hostile and may change all the time: it is walked with the rights of its own user, in namespaces where the
 * wrong turn leads nowhere. In them that user is root, which counts for its own files alone.
 * Descriptors: 0 or 1 the archive, 2 errors, 3 the filter.
 */
const SCRIPT = `set -eu
ulimit -c 0
ulimit -v "$SANDLOT_MEMORY_KB"
[ -z "$SANDLOT_FILE_BLOCKS" ] || ulimit -f "$SANDLOT_FILE_BLOCKS"
exec nice -n 5 $SANDLOT_AS bwrap "$@"
`
/** Some hundred bytes for each name of a directory and each file with several names: enough for millions. */
const MEMORY_KB = 2 * 1024 * 1024
const FILE_BLOCK_BYTES = 512
/** Of what tar complains about, for the log. */
const MAX_SAID_BYTES = 4 * 1024
const SECCOMP_FD = 3

type Stdio = readonly [0 | 'ignore' | number, 'ignore' | number, 'pipe']

async function run(
  job: ArchiveJob,
  rights: string[],
  command: string[],
  stdio: Stdio,
): Promise<{ code: number; said: string }> {
  job.signal.throwIfAborted()
  const seccomp = openSync(job.seccompFile, 'r')
  try {
    const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', ...argumentsOf(job, rights), '--', ...command], {
      // A group of its own, to be ended as one.
      detached: true,
      // The tree is named from here: whoever has all of its path among its arguments is taken for a process of the sandbox.
      cwd: dirname(job.tree),
      env: environmentOf(job),
      stdio: [...stdio, seccomp],
    })
    return await ended(child, job.signal)
  } finally {
    closeSync(seccomp)
  }
}

function argumentsOf({ canDisableUserNamespaces, tree }: ArchiveJob, rights: string[]): string[] {
  return [
    ...['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts'],
    ...['--unshare-cgroup-try', '--uid', '0', '--gid', '0', '--new-session', '--die-with-parent'],
    ...(canDisableUserNamespaces ? ['--disable-userns'] : []),
    ...['--cap-drop', 'ALL'],
    ...systemMounts().flatMap(({ from, to }) => ['--ro-bind', from, to]),
    ...[...rights, basename(tree), '/tree'],
    ...['--remount-ro', '/', '--chdir', '/tree', '--clearenv'],
    ...['--setenv', 'PATH', '/usr/bin:/bin', '--setenv', 'LC_ALL', 'C'],
    ...['--seccomp', String(SECCOMP_FD)],
  ]
}

function environmentOf({ maxFileBytes, uid }: ArchiveJob): NodeJS.ProcessEnv {
  return {
    ...HOST_ENVIRONMENT,
    SANDLOT_MEMORY_KB: String(MEMORY_KB),
    SANDLOT_FILE_BLOCKS: maxFileBytes === null ? '' : String(Math.ceil(maxFileBytes / FILE_BLOCK_BYTES)),
    SANDLOT_AS: asUser(uid),
  }
}

/** Waits until it has ended for certain: what it writes to may be removed then. */
function ended(child: ChildProcess, signal: AbortSignal): Promise<{ code: number; said: string }> {
  return new Promise((resolve, reject) => {
    let said = ''
    const kill = () => endGroup(child.pid)
    signal.addEventListener('abort', kill)
    child.stderr?.setEncoding('utf8')
    child.stderr?.on('data', (chunk: string) => {
      if (said.length < MAX_SAID_BYTES) said += chunk
    })
    child.once('error', reject)
    child.once('close', (code) => {
      signal.removeEventListener('abort', kill)
      if (signal.aborted) reject(signal.reason)
      else resolve({ code: code ?? -1, said: said.slice(0, MAX_SAID_BYTES) })
    })
  })
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Ended meanwhile.
  }
}

/** What tar says has names of the sandbox in it: for the log, not for the message. */
function failure(message: string, code: number, said: string): SandboxError {
  const cause = new Error(`tar ended with ${code}: ${said}`)
  return new SandboxError('provider_failed', `${message} The server log has the details.`, { cause })
}

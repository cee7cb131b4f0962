import { execFile } from 'node:child_process'
import { lstatSync, statfsSync } from 'node:fs'
import { type HostProcess, identify } from './host-process'
import { HOST_ENVIRONMENT } from './launch'

/** Of the unit in which the kernel counts blocks, whatever the disk's own is. */
const BLOCK_BYTES = 512
/** Room for some 50,000 files; whoever holds more of them open without a name is hiding something. */
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024

/** A file that has no name any more and takes up disk until the last of its holders closes it. */
export interface UnlinkedFile {
  bytes: number
  holders: HostProcess[]
}

/**
 * The nameless files on the disk of `root` that these processes hold open, or have in their memory. They are looked at
 * through `/proc`, which shows an ordinary user the open ones of its own processes while they let it, and only root the others;
 * what is hidden so is held by the floor of free disk.
 */
export async function findUnlinkedFiles(
  pids: number[],
  root: string,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
): Promise<UnlinkedFile[] | 'too_slow'> {
  if (pids.length === 0) return []
  const found = await list(pids, lstatSync(root).uid, timeoutMs, signal)
  return found === 'too_slow' ? found : filesOf(found, root)
}

interface Descriptor {
  path: string
  pid: number
  device: string
  inode: string
  bytes: number
}

/** By a program of its own, as trees are walked. Processes that end while it looks make it fail at the end. */
function list(
  pids: number[],
  uid: number,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Descriptor[] | 'too_slow'> {
  const kinds = process.getuid?.() === 0 ? ['fd', 'map_files'] : ['fd']
  const folders = pids.flatMap((pid) => kinds.map((kind) => `/proc/${pid}/${kind}`))
  // By its owner, since a library of the host that was replaced has no name either.
  const mine = ['-links', '0', '-uid', String(uid)]
  const wanted = ['-mindepth', '1', '-maxdepth', '1', '-type', 'f', ...mine]
  const options = {
    timeout: Math.ceil(timeoutMs),
    killSignal: 'SIGKILL',
    env: HOST_ENVIRONMENT,
    maxBuffer: MAX_OUTPUT_BYTES,
    ...(signal ? { signal } : {}),
  } as const
  return new Promise((resolve) => {
    execFile('find', ['-L', ...folders, ...wanted, '-printf', '%p %D %i %b\\n'], options, (error, stdout) => {
      const isCut = error?.killed === true || error?.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'
      resolve(isCut && !signal?.aborted ? 'too_slow' : stdout.split('\n').flatMap(descriptorOf))
    })
  })
}

function descriptorOf(line: string): Descriptor[] {
  const [, path, pid, device, inode, blocks] =
    /^(\/proc\/(\d+)\/(?:fd|map_files)\/\S+) (\d+) (\d+) (\d+)$/.exec(line) ?? []
  if (path === undefined || device === undefined || inode === undefined) return []
  return [{ path, pid: Number(pid), device, inode, bytes: Number(blocks) * BLOCK_BYTES }]
}

function filesOf(descriptors: Descriptor[], root: string): UnlinkedFile[] {
  const disk = fileSystemOf(root)
  const isOnDisk = new Map<string, boolean>()
  const files = new Map<string, { bytes: number; pids: Set<number> }>()
  for (const { path, pid, device, inode, bytes } of descriptors) {
    // Files in memory have no names either, and are counted as such.
    if (!isOnDisk.has(device)) isOnDisk.set(device, fileSystemOf(path) === disk)
    if (!isOnDisk.get(device)) continue
    const file = files.get(`${device} ${inode}`) ?? { bytes, pids: new Set() }
    files.set(`${device} ${inode}`, { bytes, pids: file.pids.add(pid) })
  }
  return [...files.values()].map(({ bytes, pids }) => ({
    bytes,
    holders: [...pids].flatMap((pid) => identify(pid) ?? []),
  }))
}

/** Its kind, since the number of a device may differ between the files and the folders of one disk (overlays). */
function fileSystemOf(path: string): number | null {
  try {
    return statfsSync(path).type
  } catch {
    return null
  }
}

import { type ErrorCode, SandboxError } from '@/lib/errors'

/** The one place where what Linux says becomes what Sandlot says. `{}` stands for the path. */
const TABLE: Record<string, [ErrorCode, string]> = {
  ENOENT: ['file_not_found', 'No such file or directory: {}'],
  ESTALE: ['file_not_found', 'No such file or directory: {}'],
  EACCES: ['permission_denied', 'Permission denied: {}'],
  EPERM: ['permission_denied', 'This is not permitted: {}'],
  EROFS: ['permission_denied', 'This part of the file system is read-only: {}'],
  EISDIR: ['is_directory', 'This is a directory: {}'],
  ENOTDIR: ['not_directory', 'A part of this path is not a directory: {}'],
  EEXIST: ['already_exists', 'This exists already: {}'],
  ENOTEMPTY: ['not_empty', 'This directory is not empty: {}'],
  ENAMETOOLONG: ['invalid_path', 'A name in this path is too long (255 bytes at most): {}'],
  ELOOP: ['invalid_path', 'This path runs through a loop of symbolic links: {}'],
  EINVAL: ['invalid_path', 'The system does not accept this path: {}'],
  EILSEQ: ['invalid_path', 'The system does not accept the characters of this path: {}'],
  EXDEV: ['unsupported', 'This cannot be moved between two file systems: {}'],
  EBUSY: ['conflict', 'This is in use by the system: {}'],
  ETXTBSY: ['conflict', 'This program is running: {}'],
  ENXIO: ['unsupported', 'This is a device or socket, not a file: {}'],
  ENODEV: ['unsupported', 'This is a device or socket, not a file: {}'],
  EFBIG: ['too_large', 'The file would become larger than this sandbox allows: {}'],
  ENOSPC: ['disk_full', 'The disk of this sandbox is full. Delete something and try again: {}'],
  EDQUOT: ['disk_full', 'The disk of this sandbox is full. Delete something and try again: {}'],
  EMFILE: ['unavailable', 'The sandbox has too many open files right now: {}'],
  ENFILE: ['unavailable', 'The machine has too many open files right now: {}'],
  ENOMEM: ['unavailable', 'The sandbox has no memory left right now: {}'],
  EAGAIN: ['too_many', 'The sandbox is at its limit of processes. End some and try again: {}'],
  EIO: ['internal', 'The disk answered with an error: {}'],
}

export function fromErrno(thrown: unknown, subject: string): Error {
  if (thrown instanceof SandboxError) return thrown
  const row = TABLE[errnoOf(thrown) ?? '']
  if (row)
    return new SandboxError(
      row[0],
      row[1].replace('{}', () => subject),
      { cause: thrown },
    )
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

export function errnoOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined
  // What node:os throws has the number's name one level down.
  if (thrown.code === 'ERR_SYSTEM_ERROR' && 'info' in thrown) return errnoOf(thrown.info)
  return typeof thrown.code === 'string' ? thrown.code : undefined
}

/** Runs a file operation on `path`; what Linux refuses comes out as a SandboxError that names it. */
export function onPath<T>(path: string, act: () => T): T {
  try {
    const result = act()
    if (!(result instanceof Promise)) return result
    return result.catch((thrown: unknown) => {
      throw fromErrno(thrown, path)
    }) as T
  } catch (thrown) {
    throw fromErrno(thrown, path)
  }
}

import { normalize } from 'node:path'
import { SandboxError } from '@/lib/errors'
import { MAX_PATH_BYTES } from '@/server/agent-contract'

/**
 * An absolute path without `.` and `..`, or `invalid_path`. Nothing guards against leaving a folder: the rights of the
 * sandbox itself are the limit, and its own code could open the same file.
 */
export function checkPath(path: string): string {
  if (path.includes('\0')) throw new SandboxError('invalid_path', 'A path cannot contain a NUL character.')
  if (!path.startsWith('/')) {
    throw new SandboxError(
      'invalid_path',
      `A path must be absolute, such as /project/a.txt: ${shorten(path)}`,
    )
  }
  if (Buffer.byteLength(path) >= MAX_PATH_BYTES) {
    throw new SandboxError(
      'invalid_path',
      `A path may have at most ${MAX_PATH_BYTES - 1} bytes: ${shorten(path)}`,
    )
  }
  if (!isExactName(path)) {
    throw new SandboxError(
      'invalid_path',
      `A name with bytes that are not UTF-8 can only be used inside. In a terminal, “ls -b” shows and “mv” renames it: ${shorten(path)}`,
    )
  }
  if (LONE_SURROGATE.test(path)) throw new SandboxError('invalid_path', 'A path must be valid Unicode.')
  const plain = normalize(path)
  return plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain
}

/**
 * Whether the name that Linux gave came through whole. Bytes that are no UTF-8 are replaced by one sign when it is decoded:
 * what is left leads to nothing, or to another file that really has this sign in its name.
 */
export function isExactName(name: string): boolean {
  return !name.includes(REPLACEMENT)
}

const REPLACEMENT = '\ufffd'
const LONE_SURROGATE = /\p{Surrogate}/u

function shorten(path: string): string {
  return path.length > 100 ? `${path.slice(0, 100)}…` : path
}

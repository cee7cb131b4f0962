import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'

const KEY_BYTES = 32

/** A random key that is kept in a file only its owner reads; made on first use, by any number of processes at once. */
export function loadKeyFile(path: string): Buffer {
  return readKey(path) ?? createKey(path)
}

function readKey(path: string): Buffer | null {
  try {
    const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64url')
    if (key.length !== KEY_BYTES)
      throw new Error(`${path} does not hold a key. Remove it to have a new one made.`)
    chmodSync(path, 0o600)
    return key
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Written whole beside its place and linked there, so that nobody reads half a key and the first writer wins. */
function createKey(path: string): Buffer {
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, randomBytes(KEY_BYTES).toString('base64url'), { flag: 'wx', mode: 0o600 })
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
  const key = readKey(path)
  if (key === null) throw new Error(`${path} vanished while it was made.`)
  return key
}

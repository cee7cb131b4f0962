import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { SandboxError } from '@/lib/errors'

const KEY_BYTES = 32
/** What GCM is defined for; a random one per text is safe for some four thousand million texts. */
const NONCE_BYTES = 12
const TAG_BYTES = 16
const VERSION = 'v1'

/**
 * Keeps secrets that must be said again: AES-256-GCM. `context` is bound in, so that a sealed text only opens where it
 * was made for.
 */
export interface Seal {
  seal(secret: string, context: string): string
  unseal(sealed: string, context: string): string
}

/** The key is made on first use, readable by this user alone. Without it, what was sealed is lost. */
export function openSeal(keyFile: string): Seal {
  const key = readOrMakeKey(keyFile)
  return {
    seal: (secret, context) => seal(key, secret, context),
    unseal: (sealed, context) => unseal(key, sealed, context),
  }
}

function seal(key: Buffer, secret: string, context: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(context, 'utf8'))
  const encrypted = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return `${VERSION}.${Buffer.concat([nonce, cipher.getAuthTag(), encrypted]).toString('base64url')}`
}

function unseal(key: Buffer, sealed: string, context: string): string {
  const [version, text = ''] = sealed.split('.')
  const bytes = Buffer.from(text, 'base64url')
  if (version !== VERSION || bytes.length < NONCE_BYTES + TAG_BYTES) throw cannotUnseal()
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(context, 'utf8'))
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  try {
    const start = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES))
    return Buffer.concat([start, decipher.final()]).toString('utf8')
  } catch (error) {
    throw cannotUnseal(error)
  }
}

function readOrMakeKey(keyFile: string): Buffer {
  makeKey(keyFile)
  const key = readFileSync(keyFile)
  if (key.length !== KEY_BYTES) {
    throw new SandboxError(
      'internal',
      `${keyFile} is damaged. Put its backup back, or delete it and all sandboxes.`,
    )
  }
  // Whoever copied it back may have forgotten.
  if ((statSync(keyFile).mode & 0o077) !== 0) chmodSync(keyFile, 0o600)
  return key
}

/** Whole or not at all, also where two processes start at once: the first link wins, the other's key is dropped. */
function makeKey(keyFile: string): void {
  mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 })
  const draft = `${keyFile}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(draft, randomBytes(KEY_BYTES), { mode: 0o600, flag: 'wx', flush: true })
  try {
    linkSync(draft, keyFile)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}

function cannotUnseal(cause?: unknown): SandboxError {
  const message =
    "The sandbox's secret cannot be read: seal.key in the data directory is not the one it was made with."
  return new SandboxError('internal', message, { cause })
}

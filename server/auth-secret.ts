import { join } from 'node:path'
import { loadKeyFile } from '@/lib/auth/key-file'
import type { Config } from './config'

/** What next-auth signs and hashes with: the operator's, or one of our own that outlives restarts. */
export function authSecretOf(config: Config): string {
  return config.authSecret ?? loadKeyFile(join(config.dataDir, 'nextauth.key')).toString('base64url')
}

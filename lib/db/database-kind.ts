import { SandboxError } from '@/lib/errors'

export type DatabaseKind = 'sqlite' | 'postgres'

export function databaseKind(url: string): DatabaseKind {
  if (/^postgres(ql)?:\/\//.test(url)) return 'postgres'
  // A single letter before the colon would be a drive, not a scheme.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]
  if (url !== '' && (scheme === undefined || scheme === 'file')) return 'sqlite'
  throw new SandboxError(
    'bad_request',
    'DATABASE_URL must be a file for SQLite, such as ./sandlot.db, or an address that begins with postgres://.',
  )
}

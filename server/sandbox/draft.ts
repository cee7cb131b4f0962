import { SandboxError } from '@/lib/errors'
import type { SandboxLimits } from '../providers/provider'
import type { Quota } from './owners'
import { friendlyName } from './sandbox-name'
import type { Sandbox } from './sandbox-record'

/** What a sandbox gets unless somebody asks for less: the most that anybody may ask for. `null` is no limit. */
export interface SandboxDefaults {
  directory: string
  limits: AskedLimits
  egress: 'none' | 'all'
  /** `null`: lives until it is deleted. */
  timeToLiveMs: number | null
  quota: Quota
}

type AskedLimits = Omit<SandboxLimits, 'required'>

export interface CreateOptions {
  userId: string
  /** The key that asks; null where a person does, on the dashboard. */
  apiKeyId: string | null
  /** SHA-256 of the sandbox's access token, which only the caller knows. */
  accessTokenHash: string
  name?: string | undefined
  namespace?: string | undefined
  templateId?: string | undefined
  directory?: string | undefined
  envs?: Record<string, string> | undefined
  metadata?: Record<string, unknown> | undefined
  egress?: 'none' | 'all' | undefined
  limits?: { [Name in keyof AskedLimits]?: AskedLimits[Name] | undefined } | undefined
  timeoutMs?: number | undefined
}

const MEGABYTE = 1024 * 1024
/** What JSON of envs or metadata may take; they are read with every look at the sandbox. */
const MAX_JSON_BYTES = 256 * 1024

export function draftSandbox(
  id: string,
  provider: string,
  options: CreateOptions,
  defaults: SandboxDefaults,
): Sandbox {
  const now = Date.now()
  const timeToLiveMs = timeToLiveOf(options.timeoutMs, defaults.timeToLiveMs)
  const createdAt = new Date(now).toISOString()
  return {
    id,
    userId: options.userId,
    apiKeyId: options.apiKeyId,
    provider,
    name: options.name ?? friendlyName(),
    namespace: options.namespace ?? null,
    templateId: options.templateId ?? null,
    directory: options.directory ?? defaults.directory,
    envs: bounded('envs', options.envs ?? {}),
    metadata: bounded('metadata', options.metadata ?? {}),
    egress: egressOf(options.egress, defaults.egress),
    limits: limitsOf(options.limits, defaults.limits),
    unenforced: {},
    status: 'starting',
    statusReason: null,
    createdAt,
    lastUsedAt: createdAt,
    expiresAt: timeToLiveMs === null ? null : new Date(now + timeToLiveMs).toISOString(),
    diskBytes: null,
  }
}

/** Where the operator gives no network, nobody can ask for one. */
function egressOf(asked: CreateOptions['egress'], allowed: Sandbox['egress']): Sandbox['egress'] {
  if (asked === 'all' && allowed === 'none')
    throw new SandboxError('forbidden', 'Sandboxes of this Sandlot have no network (SANDLOT_EGRESS=none).')
  return asked ?? allowed
}

function timeToLiveOf(asked: number | undefined, mostMs: number | null): number | null {
  if (asked === undefined) return mostMs
  requireAtMost(asked, mostMs, (ms) => `live ${ms / 1000} seconds at most (SANDLOT_TIMEOUT_MINUTES)`)
  return asked
}

/** The largest of each, in the words and units of the settings. */
const MOST: { [Name in keyof AskedLimits]: (most: number) => string } = {
  memoryBytes: (most) => `have ${most / MEGABYTE} MB of memory at most (SANDLOT_MEMORY_MB)`,
  cpus: (most) => `have ${most} cores at most (SANDLOT_CPUS)`,
  processes: (most) => `have ${most} processes at most (SANDLOT_PROCESSES)`,
  diskBytes: (most) => `have ${most / MEGABYTE} MB of disk at most (SANDLOT_DISK_MB)`,
  openFiles: (most) => `have ${most} open files in a process at most (SANDLOT_OPEN_FILES)`,
}

function limitsOf(asked: CreateOptions['limits'], most: AskedLimits): SandboxLimits {
  const limits = { ...most }
  const names = askedLimits(asked)
  for (const name of names) {
    const value = asked?.[name] ?? null
    if (value !== null) requireAtMost(value, most[name], MOST[name])
    limits[name] = value
  }
  return { ...limits, required: names }
}

function requireAtMost(asked: number, most: number | null, say: (most: number) => string): void {
  if (most !== null && asked > most)
    throw new SandboxError('forbidden', `Sandboxes of this Sandlot may ${say(most)}. Ask for no more.`)
}

function askedLimits(asked: CreateOptions['limits']): (keyof AskedLimits)[] {
  const names = Object.keys(asked ?? {}) as (keyof AskedLimits)[]
  return names.filter((name) => asked?.[name] !== undefined)
}

function bounded<T extends object>(name: string, value: T): T {
  const text = JSON.stringify(value)
  // A backslash of the text itself is two in JSON, and what follows it is no escape.
  if (text.replaceAll('\\\\', '').includes('\\u0000'))
    throw new SandboxError('bad_request', `${name} must not contain NUL characters.`)
  if (Buffer.byteLength(text) <= MAX_JSON_BYTES) return value
  throw new SandboxError('too_large', `${name} may take ${MAX_JSON_BYTES / 1024} KB. Put more into a file.`)
}

import { SandboxError } from '@/lib/errors'
import type { SandboxLimits } from '../providers/provider'
import type { AgentConnection } from './agent-connection'
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
  /** One of the owner's: the sandbox begins with its files, and with its directory, environment and template unless told. */
  snapshotId?: string | undefined
  directory?: string | undefined
  envs?: Record<string, string> | undefined
  metadata?: Record<string, unknown> | undefined
  egress?: 'none' | 'all' | undefined
  limits?: { [Name in keyof AskedLimits]?: AskedLimits[Name] | undefined } | undefined
  timeoutMs?: number | undefined
  /** Makes it a child: it may have no more than this one, lives no longer, and is found through it alone. */
  parent?: Sandbox | undefined
  /** The last step of its making: where this fails, nothing is left of it. */
  prepare?: ((agent: AgentConnection, sandbox: Sandbox) => Promise<void>) | undefined
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
  const { parent } = options
  const namespace = parent ? null : (options.namespace ?? null)
  const timeToLiveMs = timeToLiveOf(options, defaults.timeToLiveMs)
  const createdAt = new Date(now).toISOString()
  return {
    id,
    userId: options.userId,
    apiKeyId: options.apiKeyId,
    provider,
    name: options.name ?? (namespace === null ? friendlyName() : `${friendlyName()}-${id.slice(-6)}`),
    namespace,
    parentId: parent?.id ?? null,
    templateId: options.templateId ?? null,
    directory: options.directory ?? defaults.directory,
    envs: bounded('envs', options.envs ?? {}),
    metadata: bounded('metadata', options.metadata ?? {}),
    egress: egressOf(options, defaults.egress),
    limits: limitsOf(options, defaults.limits),
    unenforced: {},
    status: 'starting',
    statusReason: null,
    createdAt,
    lastUsedAt: createdAt,
    expiresAt: timeToLiveMs === null ? null : new Date(now + timeToLiveMs).toISOString(),
    diskBytes: null,
  }
}

/** Where the operator gives no network, nobody can ask for one; nor can a child whose main sandbox has none. */
function egressOf({ egress, parent }: CreateOptions, allowed: Sandbox['egress']): Sandbox['egress'] {
  if (egress === 'all' && allowed === 'none')
    throw new SandboxError('bad_request', 'Sandboxes of this Sandlot have no network (SANDLOT_EGRESS=none).')
  if (egress === 'all' && parent?.egress === 'none')
    throw new SandboxError('bad_request', 'The main sandbox has no network, so its children have none.')
  return egress ?? parent?.egress ?? allowed
}

/** A child lives as long as its main sandbox unless it asks for less: the main sandbox takes it along. */
function timeToLiveOf({ timeoutMs, parent }: CreateOptions, mostMs: number | null): number | null {
  if (timeoutMs === undefined) return parent ? null : mostMs
  const most = `live ${(mostMs ?? 0) / 1000} seconds at most (SANDLOT_TIMEOUT_MINUTES)`
  if (isMore(timeoutMs, mostMs)) throw tooMuch(`Sandboxes of this Sandlot may ${most}`)
  return timeoutMs
}

/** The largest of each, in words and units of those who ask, and its setting. */
const MOST: { [Name in keyof AskedLimits]: { say: (most: number) => string; setting: string } } = {
  memoryBytes: { say: (most) => `${most / MEGABYTE} MB of memory`, setting: 'SANDLOT_MEMORY_MB' },
  cpus: { say: (most) => `${most} cores`, setting: 'SANDLOT_CPUS' },
  processes: { say: (most) => `${most} processes`, setting: 'SANDLOT_PROCESSES' },
  diskBytes: { say: (most) => `${most / MEGABYTE} MB of disk`, setting: 'SANDLOT_DISK_MB' },
  openFiles: { say: (most) => `${most} open files in a process`, setting: 'SANDLOT_OPEN_FILES' },
}

function limitsOf({ limits: asked, parent }: CreateOptions, defaults: AskedLimits): SandboxLimits {
  const most = parent?.limits ?? defaults
  const limits = { ...most }
  const names = askedLimits(asked)
  for (const name of names) {
    const value = asked?.[name] ?? null
    const { say, setting } = MOST[name]
    if (isMore(value, most[name])) {
      const mostOfIt = `have ${say(most[name] ?? 0)} at most`
      throw tooMuch(
        parent
          ? `A child may ${mostOfIt}, as its main sandbox`
          : `Sandboxes of this Sandlot may ${mostOfIt} (${setting})`,
      )
    }
    limits[name] = value
  }
  return { ...limits, required: names }
}

function isMore(asked: number | null, most: number | null): boolean {
  return asked !== null && most !== null && asked > most
}

/** Not `forbidden`: the ComputeSDK client puts a text of its own in place of what a 403 says. */
function tooMuch(fact: string): SandboxError {
  return new SandboxError('bad_request', `${fact}. Ask for no more.`)
}

function askedLimits(asked: CreateOptions['limits']): (keyof AskedLimits)[] {
  const names = Object.keys(asked ?? {}) as (keyof AskedLimits)[]
  return names.filter((name) => asked?.[name] !== undefined)
}

/** As it is; `too_large` or `bad_request` where it cannot be kept. */
export function bounded<T extends object>(name: string, value: T): T {
  const text = JSON.stringify(value)
  // A backslash of the text itself is two in JSON, and what follows it is no escape.
  if (text.replaceAll('\\\\', '').includes('\\u0000'))
    throw new SandboxError('bad_request', `${name} must not contain NUL characters.`)
  if (Buffer.byteLength(text) <= MAX_JSON_BYTES) return value
  throw new SandboxError('too_large', `${name} may take ${MAX_JSON_BYTES / 1024} KB. Put more into a file.`)
}

import { z } from 'zod'
import { DisplayName, displayText } from './display-name'
import { CreateOverlayBody, OverlayInfo } from './overlays'
import { ServerStartBody, ServerStatus } from './servers'

/**
 * The root API (`/v1/sandboxes`), in the shape that the ComputeSDK client's gateway has: every answer is
 * `{ success: true, data }` with 2xx, every refusal `{ success: false, error, code }`. Sandlot adds the list, and fields.
 * Credentials: `X-ComputeSDK-API-Key: <key>` or `Authorization: Bearer <key or assertion>`.
 *
 * | call | request | data |
 * |---|---|---|
 * | POST /v1/sandboxes | CreateSandboxBody | CreatedSandbox |
 * | POST /v1/sandboxes/find | FindSandboxBody | FoundSandbox; 404 where there is none of that name |
 * | POST /v1/sandboxes/find-or-create | FindOrCreateSandboxBody | FoundSandbox; 201 and its token where this call made it |
 * | GET /v1/sandboxes | | SandboxSummary[]: the owner's, newest first |
 * | GET /v1/sandboxes/{id} | | SandboxSummary; never a token |
 * | DELETE /v1/sandboxes/{id} | | its children go with it |
 * | POST /v1/sandboxes/{id}/extend | ExtendSandboxBody | SandboxSummary |
 * | POST /v1/sandboxes/{id}/start, /stop | | SandboxSummary: its processes end or start again, its files stay |
 * | POST /v1/sandboxes/{id}/open | OpenSandboxBody | OpenedSandbox: a one-use link into the workbench, for POST only |
 * | GET /v1/templates | | TemplateSummary[] |
 * | GET /v1/keys | | ApiKeySummary[] |
 * | POST /v1/keys | CreateApiKeyBody | CreatedApiKey: the key itself, this once |
 * | DELETE /v1/keys/{id} | | |
 *
 * A creation that takes longer than 20 seconds has its status before its end: what fails then is `success: false` with 2xx.
 *
 * Units: `timeout` is milliseconds, as in ComputeSDK; times are ISO 8601.
 */
export const SANDBOX_STATUSES = ['starting', 'running', 'stopped', 'failed'] as const

/** What makes sense of each limit on any machine, for settings and for those who ask. Memory and disk in MB. */
export const LIMIT_BOUNDS = {
  memoryMb: { min: 64, max: 1_048_576 },
  cpus: { min: 0.1, max: 1024 },
  processes: { min: 16, max: 4_000_000 },
  diskMb: { min: 16, max: 100_000_000 },
  openFiles: { min: 64, max: 1_048_576 },
} as const

const DAY_MS = 24 * 3600_000

/** What a program finds a sandbox by again. */
const SandboxName = displayText(1, 128)
export const DEFAULT_NAMESPACE = 'default'

/** Unknown fields are let pass, since clients of ComputeSDK send some that mean nothing here. */
export const CreateSandboxBody = z.looseObject({
  /** Ends the sandbox so many milliseconds from now. */
  timeout: whole(1000, 365 * DAY_MS).optional(),
  templateId: z.string().max(64).optional(),
  /** Unique in its namespace. By an API key it is `default` where only the name is given; on the dashboard there is none. */
  name: SandboxName.optional(),
  namespace: SandboxName.optional(),
  /** Put in place as by POST /filesystem/overlays and POST /servers; `/ready` tells how far they are. */
  overlays: z.array(CreateOverlayBody).max(32).optional(),
  servers: z.array(ServerStartBody).max(32).optional(),
  snapshotId: z.string().max(128).nullish(),
  /** Taken and not used: what a sandbox has is the machine's. `metadata.sandlot_notices` of the answer says so. */
  image: z.string().max(1024).nullish(),
  directory: z.string().startsWith('/').max(1024).optional(),
  envs: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(32_768)).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  egress: z.enum(['none', 'all']).optional(),
  /** A misspelt limit would be one that silently does not hold, so here nothing unknown passes. */
  limits: z
    .strictObject(
      {
        memoryMb: whole(LIMIT_BOUNDS.memoryMb.min, LIMIT_BOUNDS.memoryMb.max).optional(),
        cpus: number(LIMIT_BOUNDS.cpus.min, LIMIT_BOUNDS.cpus.max).optional(),
        processes: whole(LIMIT_BOUNDS.processes.min, LIMIT_BOUNDS.processes.max).optional(),
        diskMb: whole(LIMIT_BOUNDS.diskMb.min, LIMIT_BOUNDS.diskMb.max).optional(),
        openFiles: whole(LIMIT_BOUNDS.openFiles.min, LIMIT_BOUNDS.openFiles.max).optional(),
      },
      `must be an object with some of ${Object.keys(LIMIT_BOUNDS).join(', ')}, and nothing else`,
    )
    .optional(),
})
export type CreateSandboxBody = z.infer<typeof CreateSandboxBody>

export const SandboxSummary = z.object({
  sandboxId: z.string(),
  /** Base of the sandbox's own API, no slash at its end. */
  url: z.string(),
  provider: z.string(),
  name: z.string(),
  /** Null where it is not to be found by its name. */
  namespace: z.string().nullable(),
  /** Of a child, its main sandbox. */
  parentId: z.string().nullable(),
  templateId: z.string().nullable(),
  status: z.enum(SANDBOX_STATUSES),
  /** Why it is stopped or failed, as a sentence. */
  statusReason: z.string().nullable(),
  createdAt: z.string(),
  lastUsedAt: z.string(),
  expiresAt: z.string().nullable(),
  diskBytes: z.number().nullable(),
  metadata: z.record(z.string(), z.unknown()).optional(),
})
export type SandboxSummary = z.infer<typeof SandboxSummary>

/** What was asked for, as it begins. `/ready` tells how it goes on. */
export const SetupInfo = z.object({
  overlays: z.array(OverlayInfo.pick({ id: true, source: true, target: true, copy_status: true })).optional(),
  servers: z.array(z.object({ slug: z.string(), status: ServerStatus })).optional(),
})
export type SetupInfo = z.infer<typeof SetupInfo>

/** `token`: the sandbox's access token, shown this once. */
export const CreatedSandbox = SandboxSummary.extend({
  token: z.string(),
  ...SetupInfo.shape,
})
export type CreatedSandbox = z.infer<typeof CreatedSandbox>

export const FindSandboxBody = z.looseObject({
  namespace: SandboxName.default(DEFAULT_NAMESPACE),
  name: SandboxName,
})
export type FindSandboxBody = z.infer<typeof FindSandboxBody>
export const FindOrCreateSandboxBody = CreateSandboxBody.extend(FindSandboxBody.shape)
export type FindOrCreateSandboxBody = z.input<typeof FindOrCreateSandboxBody>

/** `creating`: ask again in a moment. Then there may be nothing but the name. */
export const FoundSandbox = z.union([
  SandboxSummary.extend({
    status: z.enum([...SANDBOX_STATUSES, 'creating']),
    token: z.string().optional(),
  }),
  z.object({ status: z.literal('creating'), namespace: z.string(), name: z.string() }),
])
export type FoundSandbox = z.infer<typeof FoundSandbox>

/** `duration` in milliseconds from now; the sandbox may live longer already. */
export const ExtendSandboxBody = z.looseObject({ duration: whole(1, 365 * DAY_MS).default(15 * 60_000) })

export const OpenSandboxBody = z.object({
  role: z.enum(['view', 'edit', 'own']).optional(),
  redirectUrl: z.string().max(1024).optional(),
})
export type OpenSandboxBody = z.infer<typeof OpenSandboxBody>
export const OpenedSandbox = z.object({
  magicUrl: z.string(),
  expiresAt: z.string(),
  redirectUrl: z.string(),
})
export type OpenedSandbox = z.infer<typeof OpenedSandbox>

export const TemplateSummary = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** Two letters or a sign for its tile. */
  badge: z.string(),
})
export type TemplateSummary = z.infer<typeof TemplateSummary>

export const CreateApiKeyBody = z.object({ name: DisplayName })
export const ApiKeySummary = z.object({
  id: z.string(),
  name: z.string(),
  /** First characters of the key, to tell keys apart. */
  prefix: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
})
export type ApiKeySummary = z.infer<typeof ApiKeySummary>
export const CreatedApiKey = ApiKeySummary.extend({ key: z.string() })
export type CreatedApiKey = z.infer<typeof CreatedApiKey>

function whole(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`
  return z.int(message).min(min, message).max(max, message)
}

function number(min: number, max: number) {
  const message = `must be a number from ${min} to ${max}`
  return z.number(message).min(min, message).max(max, message)
}

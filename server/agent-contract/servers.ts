import * as z from 'zod/mini'
import { OverlayBody } from './overlays'

/**
 * Managed servers: programs that the agent starts, watches, starts again and stops. What they are to be is kept on the
 * sandbox's own disk; those with `autostart` start again with the sandbox, at the first /configure.
 *
 * | call | request | answer |
 * |---|---|---|
 * | POST /servers | ServerStartBody | 201 ServerRecord; 409 while one of this slug runs, else it takes its place |
 * | GET /servers, /servers/{slug} | | ServerRecords, ServerRecord |
 * | GET /server-states | | ServerStates: how they are, without what they are to be |
 * | POST /servers/{slug}/stop | | ServerRecord, once its processes are gone |
 * | POST /servers/{slug}/restart | | ServerRecord of the new process |
 * | POST /servers/{slug}/status | ServerStatusBody | ServerRecord: what is shown until the next change |
 * | DELETE /servers/{slug} | | 204; stopped and forgotten |
 * | GET /servers/{slug}/logs?stream | stdout, stderr, both | ServerLog |
 * | WS /servers/events | | ServersMessage as text: `changed` for each there is, `ready`, then each change |
 *
 * An unknown slug is `process_not_found`; `not_found` comes from an agent that is older than these calls.
 */
const int = z.int()
const count = z.int().check(z.nonnegative())
const within = (min: number, max: number) => z.int().check(z.minimum(min), z.maximum(max))
const text = (max: number) => z.string().check(z.maxLength(max))

/** Servers of one sandbox, stopped ones included. */
export const MAX_SERVERS = 64
/** What a server keeps of its output, that of its installation included. */
export const SERVER_LOG_BYTES = 1024 * 1024
export const MAX_STOP_TIMEOUT_MS = 600_000
const HOUR_MS = 3600_000

export const ServerStatus = z.enum([
  'installing',
  'starting',
  'running',
  'ready',
  'failed',
  'stopped',
  'restarting',
])

/** Probes `GET path` of the server's port: 2xx and 3xx pass. */
export const HealthCheck = z.object({
  path: z.string().check(z.maxLength(1024), z.regex(/^\/(?!\/)[\x21-\x7e]*$/)),
  intervalMs: within(100, HOUR_MS),
  timeoutMs: within(10, 60_000),
  /** From when the port is seen to listen. */
  delayMs: within(0, HOUR_MS),
})

export const ServerBody = z.object({
  slug: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,63}$/)),
  /** Shell strings. */
  start: text(16_384),
  install: z.optional(text(16_384)),
  /** Where both run. Absolute; must be there when they start. */
  path: z.string(),
  /** As it was asked for. */
  originalPath: z.optional(text(4096)),
  /** Relative to `path`. */
  envFile: z.optional(text(4096)),
  environment: z.optional(z.record(z.string(), z.string())),
  /** Said to the program as PORT. When it is taken the next free one stands in, unless `strictPort`. */
  port: z.optional(within(1, 65_535)),
  strictPort: z.boolean(),
  autostart: z.boolean(),
  /** Overlays that must be complete before it starts. */
  dependsOn: z.array(text(128)).check(z.maxLength(32)),
  restartPolicy: z.enum(['never', 'on-failure', 'always']),
  /** 0: without a limit. */
  maxRestarts: within(0, 1_000_000),
  restartDelayMs: within(0, HOUR_MS),
  stopTimeoutMs: within(0, MAX_STOP_TIMEOUT_MS),
  healthCheck: z.optional(HealthCheck),
})

/** `overlays` are made first, and stand in `dependsOn` from then on. */
export const ServerStartBody = z.extend(ServerBody, {
  overlays: z.optional(z.array(OverlayBody).check(z.maxLength(16))),
})

export const ServerHealth = z.object({
  isHealthy: z.boolean(),
  lastCheckAtMs: z.nullable(z.number()),
  /** Of HTTP; `null` where there was no answer. */
  lastStatus: z.nullable(int),
  consecutiveFailures: count,
})

/** How a server is. */
export const ServerState = z.object({
  slug: z.string(),
  autostart: z.boolean(),
  status: ServerStatus,
  /** Why, as a sentence, where that is not plain. */
  statusReason: z.nullable(z.string()),
  /** Reserved or seen. */
  port: z.nullable(int),
  isListening: z.boolean(),
  /** Only with a health check. */
  health: z.nullable(ServerHealth),
})
export const ServerStates = z.object({ servers: z.array(ServerState) })

export const ServerRecord = z.extend(ServerState, {
  definition: ServerBody,
  pid: z.nullable(int),
  /** Automatic ones, since somebody started it. */
  restartCount: count,
  /** Of the last process; `null` while one runs. */
  exitCode: z.nullable(int),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
  /** Older agents do not tell. */
  statusSinceMs: z.optional(z.number()),
})
export const ServerRecords = z.object({ servers: z.array(ServerRecord) })

export const ServerStatusBody = z.object({ status: ServerStatus })
export const ServerLog = z.object({ text: z.string() })

export const ServersMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('changed'), server: ServerRecord }),
  /** All that there are have been told. */
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('removed'), slug: z.string() }),
])

export type ServerStatus = z.infer<typeof ServerStatus>
export type HealthCheck = z.infer<typeof HealthCheck>
export type ServerBody = z.infer<typeof ServerBody>
export type ServerStartBody = z.infer<typeof ServerStartBody>
export type ServerHealth = z.infer<typeof ServerHealth>
export type ServerState = z.infer<typeof ServerState>
export type ServerRecord = z.infer<typeof ServerRecord>
export type ServersMessage = z.infer<typeof ServersMessage>

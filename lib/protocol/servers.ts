import { z } from 'zod'
import { CreateOverlayBody, OverlayInfo } from './overlays'

/**
 * Managed servers, ComputeSDK's daemon API (4.9) and what Sandlot adds: `status_reason`, `status_since`,
 * `asked_port`, `tail`, and the stream of changes.
 *
 * | call | request | answer |
 * |---|---|---|
 * | POST /servers | ServerStartBody | 201 ServerAnswer; 409 while one of this slug runs |
 * | GET /servers | | ServersAnswer |
 * | GET /servers/{slug} | | ServerAnswer |
 * | POST /servers/{slug}/stop | | ServerStopAnswer, once its processes are gone |
 * | POST /servers/{slug}/restart | | ServerAnswer |
 * | DELETE /servers/{slug} | | 204: stopped and forgotten |
 * | GET /servers/{slug}/logs?stream&tail | stdout, stderr, combined | ServerLogsAnswer: the newest megabyte, or so many characters |
 * | PATCH /servers/{slug}/status | ServerStatusBody | ServerStatusAnswer |
 * | GET /ready | public | ReadyAnswer |
 * | WS /servers/events | | ServerEvent as text: `changed` for each there is, `ready`, then each change |
 */
export const ServerStatus = z.enum([
  'installing',
  'starting',
  'running',
  'ready',
  'failed',
  'stopped',
  'restarting',
])
export type ServerStatus = z.infer<typeof ServerStatus>

const HOUR_MS = 3600_000
const milliseconds = (min: number, max: number) => {
  const message = `must be a whole number of milliseconds from ${min} to ${max}`
  return z.int(message).min(min, message).max(max, message)
}
const command = z.string().min(1).max(16_384)

export const HealthCheck = z.object({
  path: z
    .string()
    .max(1024)
    .regex(/^\/(?!\/)[\x21-\x7e]*$/, 'must be a path on the server, such as /health, percent-encoded')
    .optional()
    .describe('Probed with GET; 2xx and 3xx pass'),
  interval_ms: milliseconds(100, HOUR_MS).optional(),
  timeout_ms: milliseconds(10, 60_000).optional(),
  delay_ms: milliseconds(0, HOUR_MS).optional().describe('From when the port is seen to listen'),
})

/** Unknown fields are let pass, as clients of ComputeSDK send some that mean nothing here. */
export const ServerStartBody = z.looseObject({
  slug: z.string().regex(/^[A-Za-z0-9_-]{1,63}$/, 'must be 1 to 63 letters, digits, dashes or underscores'),
  start: command,
  install: command.optional(),
  path: z
    .string()
    .max(4096)
    .optional()
    .describe("Relative to the sandbox's directory, which it is by default"),
  env_file: z.string().min(1).max(4096).optional().describe('Relative to `path`'),
  environment: z
    .record(
      z.string().regex(/^[^=\0]+$/),
      z
        .string()
        .max(131_072)
        .regex(/^[^\0]*$/, 'cannot contain NUL'),
    )
    .optional(),
  port: z
    .int('must be a whole number from 1 to 65535')
    .min(1, 'must be from 1 to 65535')
    .max(65_535, 'must be from 1 to 65535')
    .optional()
    .describe('Said to the program as PORT; when taken, the next free one stands in'),
  strict_port: z.boolean().optional().describe('Fail with 409 when `port` is taken'),
  autostart: z.boolean().optional().describe('Start again with the sandbox; true by default'),
  overlay: CreateOverlayBody.optional(),
  overlays: z.array(CreateOverlayBody).max(15).optional(),
  depends_on: z.array(z.string().max(128)).max(32).optional().describe('Ids of overlays to wait for'),
  restart_policy: z.enum(['never', 'on-failure', 'always']).optional(),
  max_restarts: z.int().min(0).max(1_000_000).optional().describe('0: without a limit'),
  restart_delay_ms: milliseconds(0, HOUR_MS).optional(),
  stop_timeout_ms: milliseconds(0, 600_000).optional(),
  health_check: HealthCheck.optional(),
})
export type ServerStartBody = z.infer<typeof ServerStartBody>

export const HealthStatus = z.object({
  last_check: z.string().optional(),
  last_status: z.number().optional(),
  consecutive_failures: z.number(),
})

export const ManagedServer = z.object({
  slug: z.string(),
  start: z.string(),
  install: z.string().optional(),
  path: z.string(),
  original_path: z.string().optional(),
  env_file: z.string().optional(),
  environment: z.record(z.string(), z.string()).optional(),
  autostart: z.boolean(),
  strict_port: z.boolean(),
  depends_on: z.array(z.string()),
  port: z.number().optional().describe('Reserved, then seen to listen'),
  asked_port: z.number().optional().describe('As its definition says, also while it does not run'),
  url: z.string().optional().describe('From when something listens there: it can be fetched'),
  status: ServerStatus,
  status_reason: z.string().optional(),
  pid: z.number().optional(),
  restart_policy: z.enum(['never', 'on-failure', 'always']),
  max_restarts: z.number(),
  restart_delay: z.number().describe('Nanoseconds'),
  stop_timeout: z.number().describe('Nanoseconds'),
  restart_count: z.number(),
  exit_code: z.number().nullable(),
  health_check: HealthCheck.optional(),
  healthy: z.boolean().optional(),
  health_status: HealthStatus.optional(),
  created_at: z.string(),
  updated_at: z.string(),
  status_since: z.string().optional().describe('Checks of its health change `updated_at`, but not this'),
})
export type ManagedServer = z.infer<typeof ManagedServer>

const answer = <T extends z.ZodType>(data: T) =>
  z.object({ status: z.literal('success'), message: z.string(), data })

export const ServerAnswer = answer(z.object({ server: ManagedServer }))
export const ServersAnswer = answer(z.object({ servers: z.array(ManagedServer) }))
export const ServerStopAnswer = answer(z.object({ slug: z.string() }))
/** Of one that takes long to stop. */
export const ServerDeletionAnswer = z.object({ status: z.literal('success'), message: z.string() })
export type ServerDeletionAnswer = z.infer<typeof ServerDeletionAnswer>
export const ServerLogStream = z.enum(['stdout', 'stderr', 'combined'])
export const ServerLogsAnswer = answer(
  z.object({ slug: z.string(), stream: ServerLogStream, logs: z.string() }),
)
export const ServerStatusBody = z.object({ status: ServerStatus })
export const ServerStatusAnswer = answer(z.object({ slug: z.string(), status: ServerStatus }))

/** Anybody may read it: nothing in it opens anything. */
export const ReadyAnswer = z.object({
  ready: z.boolean().describe('All autostarted servers have a `url`, and all overlays are done'),
  healthy: z.boolean().optional().describe('Only where a server has a health check: all of these pass'),
  servers: z.array(
    z.object({
      slug: z.string(),
      port: z.number().optional(),
      url: z.string().optional(),
      status: ServerStatus,
      healthy: z.boolean().optional(),
      health_check: HealthStatus.optional(),
    }),
  ),
  overlays: z.array(OverlayInfo.pick({ id: true, source: true, target: true, copy_status: true })),
})

export const ServerEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('changed'), server: ManagedServer }),
  /** All that there are have been told. */
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('removed'), slug: z.string() }),
])

export type HealthCheck = z.infer<typeof HealthCheck>
export type ServerLogStream = z.infer<typeof ServerLogStream>
export type HealthStatus = z.infer<typeof HealthStatus>
export type ServerAnswer = z.infer<typeof ServerAnswer>
export type ServersAnswer = z.infer<typeof ServersAnswer>
export type ServerStopAnswer = z.infer<typeof ServerStopAnswer>
export type ServerLogsAnswer = z.infer<typeof ServerLogsAnswer>
export type ServerStatusAnswer = z.infer<typeof ServerStatusAnswer>
export type ReadyAnswer = z.infer<typeof ReadyAnswer>
export type ServerEvent = z.infer<typeof ServerEvent>

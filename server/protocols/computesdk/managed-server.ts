import type { HealthStatus, ManagedServer, ReadyAnswer } from '@/lib/protocol/servers'
import type { ServerRecord, ServerState } from '../../sandbox/agent-servers'
import { isoTime } from '../iso-time'

type ReadyServer = ReadyAnswer['servers'][number]
type PortUrl = (port: number) => string

/** The client reads these two in nanoseconds, though it sends milliseconds. */
const NANOSECONDS_PER_MS = 1_000_000

/** A server as ComputeSDK's clients know it. */
export function managedServer(record: ServerRecord, urlOf: PortUrl): ManagedServer {
  const { definition, pid, statusReason } = record
  const { healthCheck } = definition
  return {
    slug: record.slug,
    start: definition.start,
    ...given({ install: definition.install }),
    path: definition.path,
    ...given({
      original_path: definition.originalPath,
      env_file: definition.envFile,
      environment: definition.environment,
    }),
    autostart: definition.autostart,
    strict_port: definition.strictPort,
    depends_on: definition.dependsOn,
    ...given({ asked_port: definition.port }),
    ...address(record, urlOf),
    status: record.status,
    ...given({ status_reason: statusReason ?? undefined, pid: pid ?? undefined }),
    restart_policy: definition.restartPolicy,
    max_restarts: definition.maxRestarts,
    restart_delay: definition.restartDelayMs * NANOSECONDS_PER_MS,
    stop_timeout: definition.stopTimeoutMs * NANOSECONDS_PER_MS,
    restart_count: record.restartCount,
    exit_code: record.exitCode,
    ...(healthCheck === undefined
      ? {}
      : {
          health_check: {
            path: healthCheck.path,
            interval_ms: healthCheck.intervalMs,
            timeout_ms: healthCheck.timeoutMs,
            delay_ms: healthCheck.delayMs,
          },
        }),
    ...given({ healthy: record.health?.isHealthy, health_status: healthStatus(record) }),
    created_at: isoTime(record.createdAtMs),
    updated_at: isoTime(record.updatedAtMs),
    ...given({
      status_since: record.statusSinceMs === undefined ? undefined : isoTime(record.statusSinceMs),
    }),
  }
}

/** What anybody may know of it. */
export function readyServer(state: ServerState, urlOf: PortUrl): ReadyServer {
  return {
    slug: state.slug,
    ...address(state, urlOf),
    status: state.status,
    ...given({ healthy: state.health?.isHealthy, health_check: healthStatus(state) }),
  }
}

function address({ port, isListening }: ServerState, urlOf: PortUrl): { port?: number; url?: string } {
  if (port === null) return {}
  return isListening ? { port, url: urlOf(port) } : { port }
}

function healthStatus({ health }: ServerState): HealthStatus | undefined {
  if (health === null) return undefined
  const { lastCheckAtMs, lastStatus, consecutiveFailures } = health
  return {
    ...given({
      last_check: lastCheckAtMs === null ? undefined : isoTime(lastCheckAtMs),
      last_status: lastStatus ?? undefined,
    }),
    consecutive_failures: consecutiveFailures,
  }
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the fields that have no value. */
function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>
}

import { SandboxError } from '@/lib/errors'
import type { HealthCheck, ServerStartBody } from '@/lib/protocol/servers'
import type { AgentConnection } from '../../sandbox/agent-connection'
import type { ServerRecord } from '../../sandbox/agent-servers'
import { parsePath, resolvePath } from '../paths'

const DEFAULT_RESTART_DELAY_MS = 1_000
const DEFAULT_STOP_TIMEOUT_MS = 10_000

/**
 * Starts a server as POST /servers asks; `directory` is the sandbox's. `already_exists` while one of this slug runs,
 * `conflict` for a port that is taken, `bad_request` where its place is missing.
 */
export async function startServer(
  agent: AgentConnection,
  directory: string,
  body: ServerStartBody,
): Promise<ServerRecord> {
  const overlays = [...(body.overlay === undefined ? [] : [body.overlay]), ...(body.overlays ?? [])]
  try {
    return await agent.servers.start({
      slug: body.slug,
      start: body.start,
      install: body.install,
      path: resolvePath(parsePath(body.path ?? ''), directory),
      originalPath: body.path,
      envFile: body.env_file,
      environment: body.environment,
      port: body.port,
      strictPort: body.strict_port ?? false,
      autostart: body.autostart ?? true,
      dependsOn: body.depends_on ?? [],
      overlays: overlays.map(({ source, target, ignore, strategy }) => ({
        source,
        target,
        ignore,
        strategy,
      })),
      restartPolicy: body.restart_policy ?? 'never',
      maxRestarts: body.max_restarts ?? 0,
      restartDelayMs: body.restart_delay_ms ?? DEFAULT_RESTART_DELAY_MS,
      stopTimeoutMs: body.stop_timeout_ms ?? DEFAULT_STOP_TIMEOUT_MS,
      healthCheck: body.health_check && healthCheck(body.health_check),
    })
  } catch (error) {
    throw ofTheBody(error)
  }
}

function healthCheck({ path, interval_ms, timeout_ms, delay_ms }: HealthCheck) {
  return {
    path: path ?? '/',
    intervalMs: interval_ms ?? 2_000,
    timeoutMs: timeout_ms ?? 1_500,
    delayMs: delay_ms ?? 5_000,
  }
}

/** What is missing is missing in what was asked for, not at this address. */
function ofTheBody(error: unknown): unknown {
  const isMissing =
    error instanceof SandboxError && (error.code === 'file_not_found' || error.code === 'process_not_found')
  return isMissing ? new SandboxError('bad_request', error.message) : error
}

import { SandboxError } from '@/lib/errors'
import type { CreateSandboxBody, SetupInfo } from '@/lib/protocol/sandboxes'
import type { AgentConnection } from '../../sandbox/agent-connection'
import type { Sandbox } from '../../sandbox/sandbox-record'
import { overlayInfo } from './overlays'
import { startServer } from './start-server'

type SetupBody = Pick<CreateSandboxBody, 'overlays' | 'servers'>

interface Setup {
  /** Filled by `prepare`. */
  done: SetupInfo
  prepare?: (agent: AgentConnection, sandbox: Sandbox) => Promise<void>
}

/** The last step of making a sandbox: its overlays, as by POST /filesystem/overlays, and its servers, as by POST /servers. */
export function setupOf(body: SetupBody): Setup {
  const done: SetupInfo = {}
  if (!body.overlays?.length && !body.servers?.length) return { done }
  return {
    done,
    async prepare(agent, { directory }) {
      try {
        Object.assign(done, await setUp(agent, directory, body))
      } catch (error) {
        throw ofTheBody(error)
      }
    },
  }
}

/** One after the other, overlays first: servers run on their files. */
async function setUp(agent: AgentConnection, directory: string, body: SetupBody): Promise<SetupInfo> {
  const overlays: NonNullable<SetupInfo['overlays']> = []
  for (const asked of body.overlays ?? []) {
    const { id, source, target, copy_status } = overlayInfo(await agent.overlays.create(asked))
    overlays.push({ id, source, target, copy_status })
  }
  const servers: NonNullable<SetupInfo['servers']> = []
  for (const asked of body.servers ?? []) {
    const { slug, status } = await startServer(agent, directory, asked)
    servers.push({ slug, status })
  }
  return {
    ...(overlays.length === 0 ? {} : { overlays }),
    ...(servers.length === 0 ? {} : { servers }),
  }
}

/** What is missing is named in the body; of a 404 to a creation the ComputeSDK client tells nobody why. */
function ofTheBody(error: unknown): unknown {
  const isMissing = error instanceof SandboxError && error.status === 404
  return isMissing ? new SandboxError('bad_request', error.message, { cause: error }) : error
}

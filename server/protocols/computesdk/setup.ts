import { SandboxError } from '@/lib/errors'
import type { CreateSandboxBody } from '@/lib/protocol/sandboxes'
import type { AgentConnection } from '../../sandbox/agent-connection'

type SetupBody = Pick<CreateSandboxBody, 'overlays' | 'servers'>

/** What a new sandbox begins with, as POST /filesystem/overlays and POST /servers answer it. */
export interface Setup {
  overlays?: unknown[]
  servers?: unknown[]
}

/** The last step of making a sandbox, and what came of it once that is done. */
export function setupOf(body: SetupBody): {
  done: Setup
  prepare?: (agent: AgentConnection) => Promise<void>
} {
  const done: Setup = {}
  if (!body.overlays?.length && !body.servers?.length) return { done }
  return {
    done,
    prepare: async (agent) => void Object.assign(done, await setUp(agent, body)),
  }
}

/** TO BE WIRED: `agent.overlays.create(body)` for each overlay, then `agent.servers.start(body)` for each server. */
async function setUp(_agent: AgentConnection, _body: SetupBody): Promise<Setup> {
  throw new SandboxError('unsupported', 'This Sandlot makes no sandboxes with overlays or servers yet.')
}

import type { IncomingMessage } from 'node:http'
import type { Access, Role, SandboxPrincipal } from '../auth/access'
import type { RequestContext } from '../request-context'
import type { AgentConnection } from '../sandbox/agent-connection'
import type { SandboxService } from '../sandbox/sandbox-service'
import { resolvePath, type SandboxPath } from './paths'

/** Of whom an address speaks. */
export interface SandboxTarget {
  id: string
}

interface Caller {
  request: IncomingMessage
  context: RequestContext
}

/** The way of every request into a sandbox: who is it, may they, and then the agent. */
export class Entry {
  readonly sandboxes: SandboxService
  readonly #access: Access

  constructor(sandboxes: SandboxService, access: Access) {
    this.sandboxes = sandboxes
    this.#access = access
  }

  async authorize(caller: Caller, { id }: SandboxTarget, atLeast: Role): Promise<SandboxPrincipal> {
    const principal = await this.#access.sandbox(caller.request, caller.context, id, atLeast)
    this.sandboxes.touch(id)
    return principal
  }

  /** `sandbox_stopped` where it does not run. */
  async agent(caller: Caller, target: SandboxTarget, atLeast: Role): Promise<AgentConnection> {
    await this.authorize(caller, target, atLeast)
    return this.sandboxes.connect(target.id)
  }

  /** Relative paths begin at the sandbox's directory. */
  async resolve({ id }: SandboxTarget, path: SandboxPath): Promise<string> {
    return path.isAbsolute
      ? resolvePath(path, '/')
      : resolvePath(path, (await this.sandboxes.get(id)).directory)
  }
}

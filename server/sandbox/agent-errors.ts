import { type ErrorCode, isErrorCode, SandboxError } from '@/lib/errors'
import { AgentError } from '../agent-contract'

/** What an agent may say of its own work. It is untrusted: it must not speak of sign-in, quotas or other sandboxes. */
const CODES_OF_AGENT: ReadonlySet<ErrorCode> = new Set([
  'bad_request',
  'invalid_path',
  'is_directory',
  'not_directory',
  'permission_denied',
  'not_found',
  'file_not_found',
  'process_not_found',
  'terminal_not_found',
  'timed_out',
  'already_exists',
  'not_empty',
  'conflict',
  'precondition_failed',
  'too_large',
  'range_not_satisfiable',
  'too_many',
  'unsupported',
  'port_closed',
  'unavailable',
  'disk_full',
])
/** A sentence with a path in it; a path may be 4,096 bytes, but nobody reads more than this. */
const MAX_MESSAGE_CHARACTERS = 500

/** An agent's refusal as ours. */
export function agentRefusal(reply: unknown): SandboxError {
  const parsed = AgentError.safeParse(reply)
  if (!parsed.success) {
    return new SandboxError(
      'agent_failed',
      "The sandbox's agent refused without saying why. Restart the sandbox.",
    )
  }
  const { code, message } = parsed.data
  if (isErrorCode(code) && CODES_OF_AGENT.has(code)) return new SandboxError(code, readable(message))
  return new SandboxError('agent_failed', `The sandbox's agent failed: ${readable(message)}`)
}

/** Whatever broke a connection to an agent, as ours. */
export function agentFailure(cause: unknown): SandboxError {
  if (cause instanceof SandboxError) return cause
  const message =
    "The connection to the sandbox's agent broke. Try again; if it stays so, restart the sandbox."
  return new SandboxError('agent_failed', message, { cause })
}

export function invalidReply(what: string, cause?: unknown): SandboxError {
  const message = `The sandbox's agent gave an answer that is not valid (${what}). Restart the sandbox.`
  return new SandboxError('agent_failed', message, { cause })
}

/** A sentence of an agent as it may be shown. */
export function readable(message: string): string {
  // Control characters would let a sandbox draw on the terminal of whoever reads a log or a command's output.
  const clean = message.replace(/\p{Cc}/gu, '\u{FFFD}')
  return clean.length > MAX_MESSAGE_CHARACTERS ? `${clean.slice(0, MAX_MESSAGE_CHARACTERS)}…` : clean
}

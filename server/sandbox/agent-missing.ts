import { SandboxError } from '@/lib/errors'

/** An agent from before there was this call: sandboxes outlive the Sandlot that made them. */
export function isMissingCall(error: unknown): boolean {
  return error instanceof SandboxError && (error.code === 'not_found' || error.code === 'method_not_allowed')
}

/** For `catch`: says what helps where the agent is too old, and passes on anything else. */
export function newerAgentNeeded(error: unknown): never {
  if (!isMissingCall(error)) throw error
  const message = 'This sandbox was started by an older Sandlot. Stop and start the sandbox.'
  throw new SandboxError('unsupported', message, { cause: error })
}

import { Places } from '../bubblewrap/places'
import { readState } from '../bubblewrap/state'

/** The agent of a sandbox as the host sees it, by what the provider wrote down. */
export function agentPidOf(dataDir: string, id: string): number {
  const agent = readState(new Places(dataDir).of(id).state)?.agent
  if (!agent) throw new Error(`No agent is on record for the sandbox ${id}`)
  return agent.pid
}

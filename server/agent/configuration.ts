import { mkdirSync } from 'node:fs'
import { Configuration } from '@/server/agent-contract'
import { checkEnvironment } from './environment'
import { onPath } from './errno'
import { jsonBody } from './json-body'
import { checkPath } from './paths'

/** Settings of the agent and of its runtime, which a Bun of the user's would take for its own. */
const OWN_SETTINGS = /^(SANDLOT|BUN_JSC)_/

let directory = '/'
let environment = inheritedEnvironment()

/** Where commands and terminals start when not told otherwise. */
export function workingDirectory(): string {
  return directory
}

/** What a user process gets: never the agent's own settings. */
export function userEnvironment(additions: Record<string, string> = {}): Record<string, string> {
  return { ...environment, ...additions }
}

export async function configure(request: Request): Promise<Response> {
  const configuration = await jsonBody(request, Configuration)
  const path = checkPath(configuration.directory)
  const additions = checkEnvironment(configuration.environment)
  onPath(path, () => mkdirSync(path, { recursive: true }))
  directory = path
  environment = { ...inheritedEnvironment(), ...additions }
  return new Response(null, { status: 204 })
}

function inheritedEnvironment(): Record<string, string> {
  const inherited: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !OWN_SETTINGS.test(name)) inherited[name] = value
  }
  return inherited
}

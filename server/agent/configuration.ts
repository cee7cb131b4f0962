import { mkdirSync } from 'node:fs'
import { Configuration } from '@/server/agent-contract'
import { checkEnvironment } from './environment'
import { onPath } from './errno'
import { jsonBody } from './json-body'
import { checkPath } from './paths'

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
    if (value !== undefined && !name.startsWith('SANDLOT_')) inherited[name] = value
  }
  return inherited
}

import * as z from 'zod/mini'
import { SandboxError } from '@/lib/errors'
import { MAX_SERVERS, ServerBody } from '@/server/agent-contract/servers'
import { checkEnvironment } from '../environment'
import { checkPath } from '../paths'
import { readState, writeState } from '../state-directory'

const STATE = 'servers'
/** Of all definitions of a sandbox together, as JSON: they are listed, kept and told as a whole. */
const MAX_BYTES = 2 * 1024 * 1024

/** What is kept of a server over a stop of the sandbox. */
const StoredServer = z.object({ definition: ServerBody, createdAtMs: z.number(), isInstalled: z.boolean() })
export type StoredServer = z.infer<typeof StoredServer>

/** What the schema cannot say. `bad_request`, `invalid_path`. */
export function checkDefinition(definition: ServerBody): ServerBody {
  const { path, environment, ...rest } = definition
  const texts = { start: rest.start, install: rest.install, envFile: rest.envFile }
  for (const [name, text] of Object.entries(texts)) {
    if (text?.includes('\0'))
      throw new SandboxError('bad_request', `“${name}” cannot contain a NUL character.`)
  }
  if (rest.start.trim() === '') throw new SandboxError('bad_request', '“start” must be a command.')
  return {
    ...rest,
    path: checkPath(path),
    ...(environment === undefined ? {} : { environment: checkEnvironment(environment) }),
  }
}

/** Those that were kept. What the sandbox's own code has made of the file is checked as if it came from outside. */
export function loadDefinitions(): StoredServer[] {
  const stored = readState(STATE, z.array(z.unknown())) ?? []
  const bySlug = new Map<string, StoredServer>()
  for (const each of stored.slice(0, MAX_SERVERS)) {
    const server = checked(each)
    if (server) bySlug.set(server.definition.slug, server)
  }
  return [...bySlug.values()]
}

/** `too_large`, and what the disk says. */
export function keepDefinitions(servers: StoredServer[]): void {
  if (Buffer.byteLength(JSON.stringify(servers)) > MAX_BYTES) {
    const message = `The definitions of all servers together may have ${MAX_BYTES} bytes. Put long commands into files.`
    throw new SandboxError('too_large', message)
  }
  writeState(STATE, servers)
}

function checked(stored: unknown): StoredServer | undefined {
  const parsed = z.safeParse(StoredServer, stored)
  if (!parsed.success) return undefined
  try {
    return { ...parsed.data, definition: checkDefinition(parsed.data.definition) }
  } catch {
    return undefined
  }
}

import { setImmediate } from 'node:timers/promises'
import { SandboxError } from '@/lib/errors'
import { MAX_SERVERS, type ServerBody, type ServerStartBody } from '@/server/agent-contract/servers'
import { createOverlay, listOverlays } from '../overlays/overlays'
import { checkDefinition, keepDefinitions, loadDefinitions, type StoredServer } from './definitions'
import { ManagedServer } from './managed-server'

const servers = new Map<string, ManagedServer>()
const listeners = new Set<(slug: string) => void>()
/** Slugs whose overlays are being made. */
const preparing = new Set<string>()
let isBooted = false

/** Told the slug of each server that has changed or is gone, until the returned function is called. */
export function onServerChange(listener: (slug: string) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function listServers(): ManagedServer[] {
  return [...servers.values()]
}

export function findServer(slug: string): ManagedServer {
  const found = servers.get(slug)
  if (!found) throw new SandboxError('process_not_found', `No such server: ${slug.slice(0, 100)}`)
  return found
}

/** Takes the place of one of the same slug that does not run. Refused, it leaves everything as it was. */
export async function startServer({ overlays = [], ...body }: ServerStartBody): Promise<ManagedServer> {
  const definition = checkDefinition(body)
  requireRoom(definition.slug)
  requireOverlays(definition.dependsOn)
  preparing.add(definition.slug)
  try {
    const made: string[] = []
    for (const overlay of overlays) made.push((await createOverlay(overlay)).id)
    return await begin({ ...definition, dependsOn: [...definition.dependsOn, ...made] })
  } finally {
    preparing.delete(definition.slug)
  }
}

/** Stops it and forgets it. */
export async function deleteServer(slug: string): Promise<void> {
  const found = findServer(slug)
  await found.delete()
  if (servers.get(slug) !== found) return
  servers.delete(slug)
  tell(slug)
  keep()
}

/** At the start of a sandbox, once its directory and environment are known; later calls do nothing. Never rejects. */
export async function bootServers(): Promise<void> {
  if (isBooted) return
  isBooted = true
  for (const stored of loadDefinitions()) {
    // Somebody may have been quicker than the disk.
    if (!servers.has(stored.definition.slug)) servers.set(stored.definition.slug, managed(stored))
  }
  for (const server of listServers()) {
    if (!server.stored.definition.autostart || server.isActive) continue
    try {
      server.begin()
    } catch {
      // Its state says why.
    }
    await setImmediate()
  }
}

async function begin(definition: ServerBody): Promise<ManagedServer> {
  const { slug } = definition
  const before = servers.get(slug)
  const server = managed({ definition, createdAtMs: Date.now(), isInstalled: false })
  servers.set(slug, server)
  try {
    keep()
    server.begin()
  } catch (thrown) {
    if (before) servers.set(slug, before)
    else servers.delete(slug)
    tell(slug)
    keepIfPossible()
    throw thrown
  }
  return server
}

function requireRoom(slug: string): void {
  const existing = servers.get(slug)
  if (existing?.isActive || preparing.has(slug)) {
    throw new SandboxError('already_exists', `The server “${slug}” runs already. Stop it first.`)
  }
  if (!existing && servers.size + preparing.size >= MAX_SERVERS) {
    const message = `A sandbox has at most ${MAX_SERVERS} servers, stopped ones included. Delete one first.`
    throw new SandboxError('too_many', message)
  }
}

function requireOverlays(ids: string[]): void {
  const known = new Set(listOverlays().map(({ id }) => id))
  const unknown = ids.find((id) => !known.has(id))
  if (unknown !== undefined) throw new SandboxError('bad_request', `There is no overlay ${unknown}.`)
}

function managed(stored: StoredServer): ManagedServer {
  const { slug } = stored.definition
  return new ManagedServer(stored, { onChange: () => tell(slug), onInstalled: keepIfPossible })
}

function keep(): void {
  keepDefinitions(listServers().map(({ stored }) => stored))
}

/** Where there is nobody to tell. */
function keepIfPossible(): void {
  try {
    keep()
  } catch (thrown) {
    process.stderr.write(`sandlot-agent: The servers will not be known after a stop: ${thrown}\n`)
  }
}

function tell(slug: string): void {
  for (const listener of listeners) listener(slug)
}

import { SandboxError } from '@/lib/errors'
import { listPorts } from '../ports'

const MAX_PORT = 65_535

/** By slug: the port that a server which runs or is about to was told. */
const reserved = new Map<string, number>()

/**
 * The port that a server will be told: the one it has already, the one it asks for, or the next that is free. `conflict`
 * where it takes no other, or none is left.
 */
export function reservePort(slug: string, asked: number, isStrict: boolean): number {
  const taken = new Set(listPorts().map(({ port }) => port))
  for (const [other, port] of reserved) if (other !== slug) taken.add(port)
  const port = [reserved.get(slug) ?? asked, asked].find((each) => !taken.has(each))
  const found = port ?? (isStrict ? undefined : nextFree(asked, taken))
  if (found === undefined) {
    const remedy = isStrict ? 'End what uses it, or leave out strict_port.' : 'Ask for a lower one.'
    throw new SandboxError('conflict', `Port ${asked} is taken. ${remedy}`)
  }
  reserved.set(slug, found)
  return found
}

export function releasePort(slug: string): void {
  reserved.delete(slug)
}

function nextFree(asked: number, taken: Set<number>): number | undefined {
  for (let port = asked + 1; port <= MAX_PORT; port++) if (!taken.has(port)) return port
  return undefined
}

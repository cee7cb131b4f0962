import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { errnoOf, onPath } from './errno'
import { temporaryName } from './temporary-name'

/** On the sandbox's own disk. The setting is for agents that run outside of one, in tests. */
const DIRECTORY = process.env.SANDLOT_STATE_DIR ?? '/var/lib/sandlot'
/** Far above all that is kept, far below what would hurt the agent. */
const MAX_STATE_BYTES = 16 * 1024 * 1024

/**
 * What `writeState` kept under this name before the sandbox was stopped; `undefined` where there is nothing. The sandbox's
 * own code can change these files: what does not match the schema counts as nothing, and nothing there can hold the agent.
 */
export function readState<S extends z.core.$ZodType>(name: string, schema: S): z.output<S> | undefined {
  const text = readSmallFile(pathOf(name))
  if (text === undefined) return undefined
  try {
    const parsed = z.safeParse(schema, JSON.parse(text))
    if (parsed.success) return parsed.data
    process.stderr.write(`sandlot-agent: ${pathOf(name)} is not as the agent left it: it begins anew.\n`)
  } catch {
    process.stderr.write(`sandlot-agent: ${pathOf(name)} is not JSON: it begins anew.\n`)
  }
  return undefined
}

/** Keeps `value` as JSON over stops of the sandbox. A SandboxError, such as `disk_full`, where that cannot be. */
export function writeState(name: string, value: unknown): void {
  const path = pathOf(name)
  onPath(path, () => {
    mkdirSync(DIRECTORY, { recursive: true, mode: 0o700 })
    // A name that nothing has yet: a pipe in its place, which nobody reads, would hold the agent for ever.
    const temporary = join(DIRECTORY, temporaryName())
    try {
      writeFileSync(temporary, JSON.stringify(value), { mode: 0o600, flag: 'wx' })
      renameSync(temporary, path)
    } catch (thrown) {
      rmSync(temporary, { force: true })
      throw thrown
    }
  })
}

function pathOf(name: string): string {
  return join(DIRECTORY, `${name}.json`)
}

function readSmallFile(path: string): string | undefined {
  try {
    // A pipe without a writer must not hold the agent.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
    try {
      const stat = fstatSync(fd)
      return stat.isFile() && stat.size <= MAX_STATE_BYTES ? readFileSync(fd, 'utf8') : undefined
    } finally {
      closeSync(fd)
    }
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT')
      process.stderr.write(`sandlot-agent: ${path} cannot be read: ${thrown}\n`)
    return undefined
  }
}

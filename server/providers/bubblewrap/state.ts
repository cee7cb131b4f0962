import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

const process = z.object({ pid: z.int(), startedAt: z.string() })
const limit = z.number().nullable()

/** What the host must know of a sandbox to find it again, written beside it. The secret is not among it. */
const State = z.object({
  version: z.literal(1),
  /** `making` and `starting` in a file mean that whoever did it never finished. */
  phase: z.enum(['making', 'starting', 'running', 'stopped']),
  /** What it was made as: marks its directory in the launcher's arguments, its control group and its user. */
  key: z.string(),
  uid: z.int(),
  egress: z.enum(['none', 'all']),
  limits: z.object({
    memoryBytes: limit,
    cpus: limit,
    processes: limit,
    diskBytes: limit,
    openFiles: limit,
    required: z.array(z.enum(['memoryBytes', 'cpus', 'processes', 'diskBytes', 'openFiles'])),
  }),
  /** Pid 1 of the sandbox as the host sees it: the agent. */
  agent: process.nullable(),
  network: process.nullable(),
  socketInode: z.number().nullable(),
  diskBytes: z.number().nullable(),
  areWritersHeld: z.boolean(),
})

export type SandboxState = z.infer<typeof State>

export function readState(path: string): SandboxState | null {
  try {
    return State.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    // Missing, or cut short by a power failure: the caller treats the sandbox as one without processes of ours.
    return null
  }
}

export function writeState(path: string, state: SandboxState): void {
  writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

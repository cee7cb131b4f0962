import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchContext, Measured } from './figure'

const COMPANIONS = new Set(['bwrap', 'slirp4netns', 'pasta'])
const ALIVE = 50
/** What a start leaves behind is given back by then. */
const SETTLE_MS = 5_000

/** (d) Private memory of every process that a sandbox brings to the machine, what gives it its network included. */
export async function measureIdleMemory({ sandboxes, isQuick }: BenchContext): Promise<Measured> {
  const count = isQuick ? 5 : ALIVE
  const before = new Set(processIds())
  const made = await Promise.all(Array.from({ length: count }, () => sandboxes.create({})))
  await sleep(SETTLE_MS)
  const processes = processIds()
    .filter((id) => !before.has(id) && isOfSandbox(id))
    .map((id) => ({ name: nameOf(id), bytes: privateBytes(id) }))
  await Promise.all(made.map(({ sandboxId }) => sandboxes.delete(sandboxId)))
  const readable = processes.filter(({ bytes }) => bytes !== null)
  const total = readable.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
  return {
    figures: [
      {
        name: `(d) private memory of an idle sandbox (${count} alive)`,
        unit: 'MB',
        ours: total / count / 1024 / 1024,
        aim: 12,
      },
    ],
    notes: describe(processes, count),
  }
}

interface Measurement {
  name: string
  bytes: number | null
}

function describe(processes: Measurement[], count: number): string[] {
  const names = [...new Set(processes.map(({ name }) => name))]
  const parts = names.map((name) => {
    const own = processes.filter((each) => each.name === name)
    const bytes = own.reduce((sum, each) => sum + (each.bytes ?? 0), 0)
    return `${name} ${(bytes / count / 1024 / 1024).toFixed(1)} MB in ${(own.length / count).toFixed(1)}`
  })
  const hidden = processes.filter(({ bytes }) => bytes === null).length
  return [
    `(d) per sandbox: ${parts.join(', ')} processes`,
    ...(hidden > 0 ? [`(d) ${hidden} processes cannot be read without root and are not in the sum.`] : []),
  ]
}

function processIds(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

/** What has process numbers of its own, and what serves it from outside; other programs that begin meanwhile are not ours. */
function isOfSandbox(id: number): boolean {
  return COMPANIONS.has(nameOf(id)) || pidNamespaceOf(id) !== pidNamespaceOf('self')
}

function pidNamespaceOf(id: number | 'self'): string {
  try {
    return readlinkSync(`/proc/${id}/ns/pid`)
  } catch {
    return 'gone'
  }
}

function nameOf(id: number): string {
  try {
    return readFileSync(`/proc/${id}/comm`, 'utf8').trim()
  } catch {
    return 'gone'
  }
}

/** `null` where it may not be read. */
function privateBytes(id: number): number | null {
  try {
    const rollup = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8')
    const lines = rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB/gm)
    return [...lines].reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0)
  } catch {
    return null
  }
}

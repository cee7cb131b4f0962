import type { SandboxUsage } from '../providers/provider'
import type { Usage } from './subscribers'

/** As often as a person can read the figures. */
const INTERVAL_MS = 2_000
/** One core busy for a second is 1,000 ms of processor time. */
const PERCENT = 100

/** Measures sandboxes while somebody looks, and tells what has changed. */
export class UsageMeter {
  readonly #measure: (id: string) => Promise<SandboxUsage>
  readonly #onChange: (id: string, usage: Usage) => void
  readonly #stops = new Map<string, () => void>()

  constructor(measure: (id: string) => Promise<SandboxUsage>, onChange: (id: string, usage: Usage) => void) {
    this.#measure = measure
    this.#onChange = onChange
  }

  start(id: string): void {
    if (!this.#stops.has(id)) this.#stops.set(id, this.#follow(id))
  }

  stop(id: string): void {
    this.#stops.get(id)?.()
    this.#stops.delete(id)
  }

  close(): void {
    for (const id of [...this.#stops.keys()]) this.stop(id)
  }

  /** The next measurement waits for the last one, however slow the machine is. */
  #follow(id: string): () => void {
    let before: { cpuMs: number | null; atMs: number } | null = null
    let told = ''
    let timer: NodeJS.Timeout | undefined
    let isFollowed = true
    const look = async () => {
      const measured = await this.#measure(id).catch(() => null)
      if (!isFollowed) return
      const now = { cpuMs: measured?.cpuMs ?? null, atMs: performance.now() }
      const usage = measured && usageOf(measured, cpuPercent(before, now))
      before = now
      const text = JSON.stringify(usage)
      if (usage && text !== told) this.#onChange(id, usage)
      told = text
      timer = setTimeout(() => void look(), INTERVAL_MS)
      timer.unref()
    }
    void look()
    return () => {
      isFollowed = false
      clearTimeout(timer)
    }
  }
}

function usageOf(measured: SandboxUsage, percent: number | null): Usage {
  const { memoryBytes, diskBytes, processes } = measured
  return { cpuPercent: percent, memoryBytes, diskBytes, processes }
}

function cpuPercent(
  before: { cpuMs: number | null; atMs: number } | null,
  now: { cpuMs: number | null; atMs: number },
): number | null {
  if (before?.cpuMs == null || now.cpuMs === null || now.atMs <= before.atMs) return null
  const share = Math.max(0, now.cpuMs - before.cpuMs) / (now.atMs - before.atMs)
  return Math.round(share * PERCENT * 10) / 10
}

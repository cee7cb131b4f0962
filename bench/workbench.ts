import type { BenchContext, Measured } from './figure'

/** (e) placeholder */
export async function measureWorkbench(_context: BenchContext): Promise<Measured> {
  return { figures: [], notes: [] }
}

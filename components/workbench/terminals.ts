import { z } from 'zod'
import type { Terminal } from '@/lib/protocol/workbench'
import { readSaved, writeSaved } from './saved-state'

const SavedTerminals = z.object({
  activeId: z.string().nullable(),
  names: z.record(z.string(), z.string().max(64)),
})
export type SavedTerminals = z.infer<typeof SavedTerminals>

/** Which terminal was looked at, and the names that they were given here. */
export function readTerminalState(key: string): SavedTerminals {
  return readSaved(key, SavedTerminals) ?? { activeId: null, names: {} }
}

export function writeTerminalState(key: string, state: SavedTerminals): void {
  writeSaved(key, state)
}

/** A name for each tab; those of the same name are numbered. */
export function terminalNames(
  terminals: readonly Terminal[],
  given: Record<string, string>,
): Map<string, string> {
  const counts = new Map<string, number>()
  const names = new Map<string, string>()
  for (const { id, title } of terminals) {
    const base = given[id] ?? shortTitle(title)
    const count = (counts.get(base) ?? 0) + 1
    counts.set(base, count)
    names.set(id, count === 1 ? base : `${base} ${count}`)
  }
  return names
}

/** `/bin/bash` and `bash -l` are bash to people. */
function shortTitle(title: string | undefined): string {
  const program = title?.trim().split(/\s/)[0]?.split('/').at(-1)?.replace(/^-/, '')
  return program || 'shell'
}

import type { EnvRow } from '@/lib/env-rows'

/** Rows whose values may be seen. By name and not by place, so that nothing is shown when rows move. */
export type RevealedRows = ReadonlySet<string>

export function isRevealed(revealed: RevealedRows, row: EnvRow): boolean {
  return revealed.has(keyOf(row))
}

export function withRow(revealed: RevealedRows, row: EnvRow, isShown: boolean): RevealedRows {
  const next = new Set(revealed)
  if (isShown) next.add(keyOf(row))
  else next.delete(keyOf(row))
  return next
}

export function allRevealed(rows: readonly EnvRow[]): RevealedRows {
  return new Set(rows.map(keyOf))
}

/** Before a row is renamed, or removed (`name` null): each of the others stays as it is, also where it moves up among its namesakes. */
export function afterEdit(
  revealed: RevealedRows,
  rows: readonly EnvRow[],
  index: number,
  name: string | null,
): RevealedRows {
  const edited = rows[index]
  if (!edited || edited.name === name) return revealed
  const next = new Set<string>()
  const counts = new Map<string, number>()
  for (const [at, row] of rows.entries()) {
    if (at === index && name === null) continue
    const newName = at === index && name !== null ? name : row.name
    const occurrence = counts.get(newName) ?? 0
    counts.set(newName, occurrence + 1)
    if (revealed.has(keyOf(row))) next.add(keyOf({ name: newName, occurrence }))
  }
  return next
}

function keyOf({ name, occurrence }: Pick<EnvRow, 'name' | 'occurrence'>): string {
  return `${occurrence} ${name}`
}

/** The ends of what a Date can say. */
const MAX_TIME_MS = 8.64e15

/** A time that a sandbox told: whatever number it is, it becomes a date. */
export function isoTime(timeMs: number): string {
  const isDate = Number.isFinite(timeMs) && Math.abs(timeMs) <= MAX_TIME_MS
  return new Date(isDate ? timeMs : 0).toISOString()
}
